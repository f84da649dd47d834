import numpy as np

from bench.staff_projection import learnt, project
from tests.test_staff_pairs import TOPIC, TOYS


def test_wordings_of_one_thing_come_together() -> None:
    alone = ["这里能不能养狗"]
    move = project(*learnt([*TOPIC, alone], TOYS, 0))
    rows = move(np.array([TOYS[text] for asked in TOPIC for text in asked]))
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    same, other = rows[0] @ rows[1], rows[0] @ rows[3]
    assert same > other


def test_the_same_seed_learns_the_same() -> None:
    first, again = learnt(TOPIC, TOYS, 3), learnt(TOPIC, TOYS, 3)
    assert np.array_equal(first[0], again[0])
    assert np.array_equal(first[1], again[1])
