import os
import socket

import pytest


@pytest.mark.filterwarnings("ignore:A test tried to use socket:UserWarning")
@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1"])  # addresses that belong to no one
def test_a_connection_out_of_this_machine_is_refused(host: str) -> None:
    with pytest.raises(RuntimeError, match=host):
        socket.create_connection((host, 80), timeout=1)


def test_loopback_and_unix_sockets_are_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=1).close()
    for end in socket.socketpair():
        end.close()


def test_no_setting_of_the_environment_reaches_the_tests() -> None:
    assert [name for name in os.environ if name.startswith("PARK_") and name != "PARK_EVAL_DATA"] == []
