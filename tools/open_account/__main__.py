#!/usr/bin/env python3
"""Opens an AnonymousCloud account and its drives from a server's files and the emergency sheet.

No server, no agent and no Java is needed: what a user needs to leave, or to read what an old disk holds. It follows
docs/formats (account.md, drive.md, vault.md, vault-wire.md, segment.md, backup.md) and nothing else, and refuses what
those pages tell a reader to refuse. It writes nothing but what `extract` is told to write.

    python3 tools/open_account --data FOLDER --sheet FILE info             account, devices, state of the drive
    python3 tools/open_account --data FOLDER --sheet FILE drives           the drives that the account is a member of
    python3 tools/open_account --data FOLDER --sheet FILE list [PATH]      what is in the drive
    python3 tools/open_account --data FOLDER --sheet FILE cat PATH         one file, to standard output
    python3 tools/open_account --data FOLDER --sheet FILE extract TARGET [PATH]
    python3 tools/open_account --self-test                                 known answers for the cryptography

The drive is the account's home; --drive NAME, or --drive ID, behind the command's name takes another one.

FOLDER is the data folder of a stopped server with SQLite, or a folder that `anoncloud admin backup` made. The sheet's
file may be the whole sheet or its 24 words alone; - reads standard input. Words without the sheet need --user NAME.

Needs Python 3.11 and python3-cryptography (38 or newer). Exit codes: 0 done, 1 failed, 2 usage, 4 refused by a check.
"""

import argparse
import os
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from account import Account, entropy_of, read_sheet, word_list
from drives import Drives
from folders import open_folder
from primitives import Failed, Refused, printable, require
from selftest import self_test


def date(seconds):
    try:
        return (datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=seconds)).strftime("%Y-%m-%d %H:%M:%S")
    except OverflowError:
        return f"{seconds} s"


RIGHTS = {1: "reads", 2: "writes", 3: "owns"}


def info(drives, options):
    account = drives.account
    print(f"Account:  {account.user}, id {account.id.hex()}")
    generations = len(account.secrets)
    print(f"Chain:    {account.chain.number + 1} links, all signatures and rules hold; {generations} generations")
    for device in account.chain.here():
        added, name = date(device.added // 1000), printable(account.device_name(device))
        print(f"Device:   {device.id.hex()}  since {added}  {name}")
    if not options.drive and not drives.has_home():
        print("Drive:    there is no home" + ("; 'drives' lists others" if drives.ids else ""))
        return []
    drive = drives.find(options.drive)
    print(f"Drive:    {called(drive.members)}, id {drive.id.hex()}")
    tell_members(drives, drive.members)
    if drive.root:
        root = drive.root
        print(f"Root:     {root.number}, written {date(root.seconds)} UTC by {root.device.hex()}")
        print("          These files cannot prove that nothing newer was taken away from them.")
    else:
        print("Root:     nothing is stored")
    if drive.left_out:
        print(f"          {drive.left_out} newer roots are left out: who may write no more may have made them")
    return []


def called(members):
    return "without a name that opens" if members.name is None else f"'{printable(members.name)}'"


def tell_members(drives, members):
    for member in members.newest.members.values():
        pays = ", pays" if member.account == members.newest.payer else ""
        print(f"Member:   {drives.person(member.account)} {RIGHTS[member.right]}{pays}")


def drives_(drives, _options):
    troubles = []
    for id_ in drives.ids:
        try:
            members = drives.open(id_).members
        except Refused as trouble:
            troubles.append(trouble)
            continue
        home = " (home)" if id_ == drives.home else ""
        right = RIGHTS[members.newest.members[drives.account.id].right]
        people = ", ".join(drives.person(account) for account in members.newest.members)
        print(f"{id_.hex()}  {right:6}  {called(members)}{home}: {people}")
    return troubles


def list_(drives, options):
    drive = drives.find(options.drive)
    entry, path = drive.find(options.path, options.trash)
    troubles = []
    for below, place in drive.walk(entry, path, troubles):
        if place:
            size = "-" if below.folder or below.link else below.length
            end = "/" if below.folder else f" -> {printable(below.link)}" if below.link else ""
            print(f"{size:>14}  {date(below.time[0])}  {printable(place)}{end}")
    return troubles


def cat(drives, options):
    drive = drives.find(options.drive)
    entry, path = drive.find(options.path, options.trash)
    if entry.folder:
        raise Failed(f"{printable(path or '/')} is a folder")
    if entry.link:
        raise Failed(f"{printable(path)} is a link to {printable(entry.link)}")
    for part in drive.content(entry, path):
        sys.stdout.buffer.write(part)
    return []


def extract(drives, options):
    target, drive = Path(options.target), drives.find(options.drive)
    entry, path = drive.find(options.path, options.trash)
    target.mkdir(mode=0o700, exist_ok=True)
    if any(target.iterdir()):
        raise Failed(f"{target} is not empty")
    troubles, times, links, blocked = [], [], [], set()
    parent = path.rpartition("/")[0] if not entry.folder else path
    for below, place in drive.walk(entry, path, troubles):
        if place == parent:
            continue
        # Names that were checked, below an empty folder that is ours alone: there is no link to follow.
        file = target / place[len(parent) :].lstrip("/")
        if file.parent in blocked:
            blocked.add(file)
            continue
        try:
            if below.link:
                depth = place[len(parent) :].lstrip("/").count("/")
                inside = stays_inside(depth, below.link)
                require(inside, f"link '{printable(place)}': leads out of the folder, to '{printable(below.link)}'")
                links.append((file, below))
                continue
            if below.folder:
                file.mkdir()
            else:
                write(drive, below, place, file)
            times.append((file, below.time))
        except Refused as trouble:
            troubles.append(trouble)
        except OSError as trouble:
            troubles.append(Failed(f"'{printable(place)}' cannot be written: {trouble.strerror}"))
            blocked.add(file)
    for file, link in links:  # last, so that nothing is written through one
        try:
            file.symlink_to(link.link)
            os.utime(file, ns=(link.time[0] * 10**9 + link.time[1],) * 2, follow_symlinks=False)
        except (OSError, OverflowError) as trouble:
            troubles.append(Failed(f"'{printable(str(file))}' cannot be written: {trouble}"))
    for file, (seconds, nanos) in reversed(times):  # a folder's time after what is in it
        try:
            os.utime(file, ns=(seconds * 10**9 + nanos,) * 2)
        except (OSError, OverflowError):
            what = f"'{printable(str(file))}' keeps another time: the disk takes none from {date(seconds)}"
            print(f"open_account: {what}", file=sys.stderr)
    return troubles


def stays_inside(depth, link):
    """Whether a link that lies so deep leads into the tree for sure: steps up come first, and are no more than it has."""
    steps = [step for step in link.split("/") if step not in ("", ".")]
    up = next((i for i, step in enumerate(steps) if step != ".."), len(steps))
    return not link.startswith("/") and up <= depth and ".." not in steps[up:]


def write(drive, entry, place, file):
    """Writes a file whole or not at all."""
    out = open(file, "xb")
    try:
        with out:
            for part in drive.content(entry, place):
                out.write(part)
        file.chmod(0o700 if entry.executable else 0o600)
    except BaseException:
        file.unlink()
        raise


def arguments():
    about, _, rest = __doc__.partition("\n\n")
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="open_account", description=about, epilog=rest, formatter_class=form)
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="a stopped server's data folder, a backup, or a folder of backups")
    parser.add_argument("--sheet", metavar="FILE", help="the emergency sheet, or its 24 words; - for standard input")
    parser.add_argument("--user", metavar="NAME", help="the account's user name, if the sheet's file does not say it")
    parser.add_argument("--wordlist", type=Path, metavar="FILE", help="BIP-39's english.txt, if it is not found")
    parser.add_argument("--self-test", action="store_true", help="compute known answers and end")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("drives", help="the drives that the account is a member of").set_defaults(run=drives_)
    which, trash = argparse.ArgumentParser(add_help=False), argparse.ArgumentParser(add_help=False)
    which.add_argument("--drive", metavar="NAME|ID", help="another drive than the account's home")
    trash.add_argument("--trash", action="store_true", help="of what was removed: /REMOVAL/OLD-PATH")
    commands.add_parser("info", help="account, devices, state of the drive", parents=[which]).set_defaults(run=info)
    command = commands.add_parser("list", help="what is in the drive", parents=[which, trash])
    command.add_argument("path", nargs="?", default="/")
    command.set_defaults(run=list_)
    command = commands.add_parser("cat", help="one file, to standard output", parents=[which, trash])
    command.add_argument("path")
    command.set_defaults(run=cat)
    command = commands.add_parser("extract", help="files and folders into a new or empty folder", parents=[which, trash])
    command.add_argument("target")
    command.add_argument("path", nargs="?", default="/")
    command.set_defaults(run=extract)
    options = parser.parse_args()
    if not options.self_test and not (options.command and options.data and options.sheet):
        parser.error("give --data, --sheet and a command (or --self-test)")
    return options


def main():
    options = arguments()
    try:
        if options.self_test:
            self_test()
            print("The cryptography gives the known answers.")
            return 0
        rows = open_folder(options.data)
        user, words = read_sheet(sys.stdin.read() if options.sheet == "-" else Path(options.sheet).read_text("utf-8"))
        user = options.user or user
        if not user:
            raise Failed("Whose words are these? Give --user NAME")
        account = Account(rows, user, entropy_of(words, word_list(options.wordlist)))
        troubles = options.run(Drives(account, rows), options)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (Refused, Failed, OSError, UnicodeDecodeError) as trouble:
        troubles = [trouble]
    refused = [trouble for trouble in troubles if isinstance(trouble, Refused)]
    for trouble in troubles:
        print(f"open_account: {'refused: ' if trouble in refused else ''}{trouble}", file=sys.stderr)
    return 4 if refused else 1 if troubles else 0


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(main())
