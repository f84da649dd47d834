from desk.citing import Citing, citing
from desk.database import Database
from tests.desk_rows import entry, passage, told


def test_entries_that_cite_a_report_are_named_with_their_words(database: Database) -> None:
    with database.writing() as session:
        session.add(entry(sources=[passage(), passage(place=2), passage(place=3, quote="北门"), told(place=4)]))
        session.add(entry(question="食堂几点开门？", sources=[passage(path="食堂.md")]))
        session.add(entry(question="班车末班？", is_on=False, sources=[passage()]))
        session.add(entry(question="班车票价？", is_stopped=True, sources=[passage()]))
    first, *others = citing(database, "班车.md")
    assert first == Citing(1, "班车几点发车？", True, ("七点半发车", "北门"))
    assert [(each.entry_id, each.is_given) for each in others] == [(3, False), (4, False)]
    assert first.missing("班车七点半发车。") == ("北门",)
    assert citing(database, "没有.md") == ()
