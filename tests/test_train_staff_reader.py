import itertools
import random
from dataclasses import replace

import numpy as np
import pytest
import torch

from bench.reader_net import ReaderNet, continued, weights_of
from bench.staff_examples import Neighbours, StaffExample, examples_of_set, examples_of_topics, phrases
from bench.staff_pairs import faq, questions_of
from bench.train_reader import Batch, batched, descend, loss_of
from bench.train_staff_reader import batches, row_of
from index.weights import parse
from rag.reader_input import Line
from rag.staff_entries import as_asked
from tests.test_reader_input import TOKENIZER
from tests.test_staff_pairs import TOPIC, TOYS
from tests.toys import toy_carrier

SET = faq("fit")


def made(seed: int = 1) -> list[StaffExample]:
    return list(examples_of_set(SET, Neighbours(SET, TOYS), random.Random(seed)))


def test_a_question_is_answered_by_its_own_entry_only() -> None:
    wanted = {}
    for item in SET:
        wanted |= {as_asked(text): by for text, by in questions_of(item)}
        wanted |= dict.fromkeys(phrases(item), item["id"])
    leads = {text: item["id"] for item in SET for text in phrases(item)}
    leads |= {as_asked(one["text"]): item["id"] for item in SET for one in item["paraphrases"]}
    told = [one for one in made() if one.question in wanted and (one.line.lead or one.line.text) != one.question]
    for one in told:
        shown = leads[one.line.lead or one.line.text]
        assert one.answers is (wanted[one.question] == shown)
    assert 0.3 < np.mean([one.answers for one in told]) < 0.6


def test_an_entry_is_never_shown_with_the_question_itself() -> None:
    assert all(one.question not in (one.line.lead, one.line.text) for one in made())


def test_every_epoch_has_examples_of_its_own() -> None:
    assert made(1) == made(1)
    assert made(1) != made(2)


def test_a_topics_wordings_mean_each_other_and_not_the_next_thing() -> None:
    of = {text: number for number, asked in enumerate(TOPIC) for text in asked}
    found = list(examples_of_topics([TOPIC], random.Random(1)))
    assert {one.answers for one in found} == {True, False}
    assert all(one.answers is (of[one.question] == of[one.line.text]) for one in found)


@pytest.mark.parametrize("answers", [True, False])
def test_all_that_an_entry_says_is_right_to_mark_or_nothing_is(answers: bool) -> None:
    row = row_of(TOKENIZER, StaffExample("租金多少", Line("租金三元。", "厂房租金"), answers))
    (start, end) = row.layout.spans[0]
    assert row.starts == row.ends == (tuple(range(start, end)) if answers else (0,))


def test_batches_go_on_for_ever() -> None:
    some = list(itertools.islice(batches([SET], TOYS, TOKENIZER), 300))
    assert len(some) == 300
    assert all(batch.ids.numel() <= 2560 or len(batch.ids) == 1 for batch in some)
    unanswered = torch.cat([batch.targets[:, 0, 0] for batch in some]).float().mean()
    assert 0.3 < float(unanswered) < 0.7


def test_training_goes_on_from_a_trained_reader() -> None:
    torch.manual_seed(1)
    words = parse(toy_carrier(positions=32))
    trained = ReaderNet(words, 1)
    row = row_of(TOKENIZER, StaffExample("租", Line("金"), True))
    row = replace(row, layout=replace(row.layout, ids=row.layout.ids % 8))
    before = weights_of(trained, words)
    after = continued(words, before)
    again = weights_of(after, words)
    assert all(np.array_equal(again.vectors[name], before.vectors[name]) for name in before.vectors)
    assert all(np.array_equal(again.matrices[name].rows, before.matrices[name].rows) for name in before.matrices)
    batch = batched([row])
    first = lost(after, batch)
    descend(after, itertools.repeat(batch), 30, 0.02)
    assert lost(after, batch) < first


def lost(net: ReaderNet, batch: Batch) -> float:
    with torch.no_grad():
        return float(loss_of(net.eval()(batch.ids, batch.segments, batch.mask), batch.targets))
