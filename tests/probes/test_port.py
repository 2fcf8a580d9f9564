import socket

from app.probes.port import port


def test_a_port_is_free_or_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        number = other.getsockname()[1]
        taken = port("127.0.0.1", number)
        assert (taken.state, "VIGIE_PORT" in taken.text) == ("bad", True)
    assert port("127.0.0.1", number).state == "ok"
