"""Ways to reach somebody, by their form."""

import pytest

from ui.reach import is_reachable

WAYS = """
13800138000|138 0013 8000|138-0013-8000|+86 138 0013 8000|+8613800138000
0086 13800138000|８６-13800138000|(+86)13800138000
１３８００１３８０００|电话：13800138000|13800138000（微信同号）|微信同号 13800138000
手机 13800138000 / 微信 lilei_88|王总13800138000
023-68001234|02368001234|(023) 6800 1234|+86 23 6800 1234|010-62345678|0571-88888888-8001|023-68001234转801|68001234
400-800-1234|8008101234|+1 415 555 0132|+44 20 7946 0958|0044 20 7946 0958|+852 9123 4567
9123 4567|0912 345 678|+886 912 345 678
lilei_2024|wxid_abc123def456|微信：lilei-88|微信号lilei2024|WeChat: Lei_Li88|wx lilei888|abcdef|a1234567890123456789
"""
NOT_WAYS = """
|1|123|1380013800|138001380000|12345678901|abc|abcde|a12345678901234567890|没有|微信|手机|1234567890|0000000
李雷|+86 138|+1
lilei@example.com|138 0013 80OO|<script>alert(1)</script>|'; drop table lead; --|23800138000|你好你好你好
"""


def ways(listed: str) -> list[str]:
    return [way for line in listed.strip("\n").splitlines() for way in line.split("|")]


@pytest.mark.parametrize("way", ways(WAYS))
def test_a_way_is_known(way: str) -> None:
    assert is_reachable(way)


@pytest.mark.parametrize("way", ways(NOT_WAYS))
def test_anything_else_is_not(way: str) -> None:
    assert not is_reachable(way)
