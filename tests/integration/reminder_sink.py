"""A mail server for the fault test: each accepted mail is on disk before it says yes. Standard library only.

Run as `python reminder_sink.py <file for the port> <file for the mails> [port]`. Each mail is a line: its id,
who it is for, its subject, and when it was taken, in seconds since 1970.
"""

import asyncio
import os
import sys
import time
from email import message_from_bytes, policy
from pathlib import Path

# As a mail server across a network would take; it widens the moments in which a kill can hit.
ANSWERS_AFTER = 0.004


class Sink:
    def __init__(self, file: Path) -> None:
        self.log = file.open("a")

    def keep(self, recipient: str, data: bytes) -> None:
        """On disk before the sender hears of it: what was promised was received."""
        mail = message_from_bytes(data, policy=policy.default)
        self.log.write(f"{mail['Message-ID']}\t{recipient}\t{mail['Subject']}\t{time.time()}\n")
        self.log.flush()
        os.fsync(self.log.fileno())

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._session(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            return  # killed in the middle of it, as intended
        finally:
            writer.close()

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        recipient = ""
        writer.write(b"220 sink\r\n")
        while line := await reader.readline():
            verb = line[:4].upper()
            answer = b"250 ok\r\n"
            if verb == b"RCPT":
                recipient = line.decode().partition("<")[2].partition(">")[0]
            elif verb == b"DATA":
                writer.write(b"354 go on\r\n")
                data = await reader.readuntil(b"\r\n.\r\n")
                self.keep(recipient, data)
                await asyncio.sleep(ANSWERS_AFTER)
            elif verb == b"QUIT":
                writer.write(b"221 bye\r\n")
                return
            writer.write(answer)
            await writer.drain()


async def main(port_file: Path, mail_file: Path, port: int) -> None:
    server = await asyncio.start_server(Sink(mail_file).talk, "127.0.0.1", port)
    scratch = port_file.with_suffix(".new")
    scratch.write_text(str(server.sockets[0].getsockname()[1]))
    scratch.rename(port_file)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), int((*sys.argv, "0")[3])))
