"""The entries as files to download, by whom they may be had."""

import io
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from openpyxl import load_workbook

from desk.accounts import Account
from desk.database import Database
from desk.entries import Entries, EntryDraft
from tests.desk_homes import sqlite_url
from tests.desk_serving import STAFF, toy_desk
from tests.transfer_drafts import TOLD
from ui.desk.faq_files import routes


def client(database: Database, account: Account | None = STAFF) -> TestClient:
    app = FastAPI()
    app.include_router(routes(toy_desk(database, account=account)))
    return TestClient(app)


def test_staff_get_the_entries_in_either_form(database: Database) -> None:
    Entries(database).publish(EntryDraft("班车几点？", "八点。", sources=(TOLD,)), by="王芳")
    csv = client(database).get("/desk/files/faq.csv")
    assert csv.content.decode("utf-8-sig").splitlines()[1].startswith("1,班车几点？")
    assert csv.headers["cache-control"] == "no-store"
    assert "filename=faq.csv" in csv.headers["content-disposition"]
    book = load_workbook(io.BytesIO(client(database).get("/desk/files/faq.xlsx").content))
    assert [cell.value for cell in book.active[2]][:2] == [1, "班车几点？"]


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_nobody_else_does(database: Database, form: str) -> None:
    refused = client(database, account=None).get(f"/desk/files/faq.{form}")
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "not_signed_in")


def test_a_database_that_is_down_is_told(tmp_path: Path) -> None:
    refused = client(Database(sqlite_url(tmp_path / "no" / "such.sqlite3"))).get("/desk/files/faq.csv")
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "database_unavailable")
