"""Certificates: who can't prove to be the host gets no request, and no key."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from support.wire import SUBSCRIPTION, QuickClock, app_at, key

from purgeplan.errors import UnreachableError
from purgeplan.model.outcome import Code, Item
from purgeplan.model.spec import Resource, Target
from purgeplan.onesignal.app import OneSignalApp
from purgeplan.onesignal.deletes import DeleteTarget

TARGET = Target(Resource.SUBSCRIPTION)


@pytest.fixture
def stranger(tmp_path):
    """Give the TLS of somebody who calls themselves localhost, on nobody's word but their own."""
    x509 = pytest.importorskip("cryptography.x509")  # comes with keyring, on Linux
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - as above

    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)  # noqa: TID251 - what clients compare it with
    made = x509.CertificateBuilder(name, name, private.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False)
    pem = serialization.Encoding.PEM
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file = tmp_path / "stranger.pem"
    file.write_bytes(
        private.private_bytes(pem, *form) + made.sign(private, hashes.SHA256()).public_bytes(pem)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


async def heard(context, act):
    """Do something with whoever listens at an address; give what came of it, and what they heard.

    ``act`` is given the address.
    """
    words = []

    async def listen(reader, writer):
        words.append(await reader.read(4096))
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0, ssl=context)
    async with server:
        port = server.sockets[0].getsockname()[1]
        return await act(f"https://localhost:{port}"), words


def test_no_delete_goes_to_a_stranger(stranger):
    """The handshake fails, so that nothing was sent."""

    async def delete(url):
        target = DeleteTarget(app_at(url), TARGET, key(), QuickClock())
        try:
            return (await target.delete(Item(0, SUBSCRIPTION))).code
        finally:
            await target.close()

    assert asyncio.run(heard(stranger, delete)) == (Code.NOT_SENT, [])


def test_no_look_goes_to_a_stranger(stranger):
    """Nor does the key with it."""

    async def look(url):
        view = OneSignalApp(app_at(url), TARGET, key(), QuickClock())
        try:
            with pytest.raises(UnreachableError):
                await view.look()
        finally:
            await view.close()

    assert asyncio.run(heard(stranger, look)) == (None, [])
