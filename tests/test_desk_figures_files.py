"""The tables as files: for whoever is signed in, and nobody else."""

import csv
import io

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select

from desk.accounts import Account
from desk.database import Database
from desk.export import BOM
from desk.tables import AuditEvent
from tests.desk_rows import conversation, lead, turn
from tests.desk_serving import STAFF, toy_desk
from ui.desk.figures_files import routes

SPAN = "since=2024-05-06&until=2024-05-06"


def client(database: Database, account: Account | None = STAFF) -> TestClient:
    app = FastAPI()
    app.include_router(routes(toy_desk(database, account=account)))
    return TestClient(app)


def table(text: str) -> list[list[str]]:
    assert text.startswith(BOM)
    return list(csv.reader(io.StringIO(text.removeprefix(BOM))))


def test_the_figures_of_a_span_are_a_table(database: Database) -> None:
    with database.writing() as session:
        session.add_all([conversation(id="c"), turn(conversation_id="c", total_ms=12)])
    answer = client(database).get(f"/desk/files/figures.csv?what=days&{SPAN}")
    assert table(answer.text)[1:] == [["2024-05-06", "1", "1", "0", "0", "0", "12", "12"]]
    assert "figures-days-2024-05-06-2024-05-06.csv" in answer.headers["content-disposition"]
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["cache-control"] == "no-store"


def test_without_a_span_the_last_days_are_told(database: Database) -> None:
    assert len(table(client(database).get("/desk/files/figures.csv?what=days").text)) == 31


def test_leads_are_a_table_and_the_audit_knows_who_took_it(database: Database) -> None:
    with database.writing() as session:
        session.add(lead(name="=cmd"))
    answer = client(database).get("/desk/files/leads.csv")
    (row,) = csv.DictReader(io.StringIO(answer.text.removeprefix(BOM)))
    assert row["name"] == "'=cmd"
    with database.session() as session:
        (event,) = session.scalars(select(AuditEvent)).all()
    assert (event.by, event.action, event.subject) == ("王芳", "export", "leads")


@pytest.mark.parametrize("address", ["figures.csv", "leads.csv"])
def test_nobody_gets_them_without_signing_in(database: Database, address: str) -> None:
    answer = client(database, account=None).get(f"/desk/files/{address}")
    assert (answer.status_code, "请重新登录" in answer.text) == (401, True)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("what=passwords", "what"),
        ("since=gestern", "2024-05-06"),
        ("since=2024-05-07&until=2024-05-06", "早于"),
        ("since=2020-01-01&until=2024-05-06", "366"),
        ("since=" + "9" * 5000, "2024-05-06"),
    ],
)
def test_what_cannot_be_told_is_said(database: Database, query: str, said: str) -> None:
    answer = client(database).get(f"/desk/files/figures.csv?{query}")
    assert (answer.status_code, said in answer.text) == (422, True)
