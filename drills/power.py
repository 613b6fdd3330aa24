"""What a disk holds after a power cut: built from the log that disk.so kept."""
import os
import random
import shutil
import struct

HEAD = struct.Struct('<c7xQQQQQ')
SECTOR = 512
FOLDER = object()


class Inode:
    """A file: what was flushed, and what was done since."""

    def __init__(self, content=b''):
        self.flushed = bytearray(content)
        self.since = []

    def flush(self):
        for change in self.since:
            apply(self.flushed, change)
        self.since = []


def apply(content, change):
    offset, bytes_ = change
    if bytes_ is None:
        if len(content) > offset:
            del content[offset:]
        else:
            content.extend(bytes(offset - len(content)))
        return
    end = offset + len(bytes_)
    if len(content) < end:
        content.extend(bytes(end - len(content)))
    content[offset:end] = bytes_


class Disk:
    """A folder whose changes are logged from now on."""

    def __init__(self, root, log):
        self.root, self.log = os.path.realpath(root), log
        self.now, self.flushed, self.by_inode = {}, {}, {}
        for folder, folders, files in os.walk(self.root):
            for name in folders:
                self.now[os.path.join(folder, name)] = FOLDER
            for name in files:
                path = os.path.join(folder, name)
                if os.path.isfile(path) and not os.path.islink(path):
                    with open(path, 'rb') as f:
                        inode = Inode(f.read())
                    self.now[path] = inode
                    self.by_inode[os.stat(path).st_ino] = inode
        self.flushed = dict(self.now)
        open(log, 'wb').close()
        os.chmod(log, 0o666)

    def environment(self, lie=False):
        env = {'DRILL_DIR': self.root, 'DRILL_LOG': self.log}
        if lie:
            env['DRILL_LIE'] = '1'
        return env

    def replay(self):
        """Reads the log once; how many writes and flushes it holds."""
        writes = flushes = 0
        with open(self.log, 'rb') as log:
            while True:
                head = log.read(HEAD.size)
                if len(head) < HEAD.size:
                    break
                kind, ino, offset, a, b, length = HEAD.unpack(head)
                kind = kind.decode()
                first, second = log.read(a).decode(), log.read(b).decode()
                content = log.read(length)
                writes += kind == 'W'
                flushes += kind in 'FD'
                self.one(kind, ino, offset, first, second, content)
        return writes, flushes

    def one(self, kind, ino, offset, path, other, content):
        if kind == 'C':
            self.now[path] = self.by_inode[ino] = Inode()
        elif kind in 'WT':
            inode = self.by_inode.get(ino) or self.now.get(path)
            if isinstance(inode, Inode):
                inode.since.append((offset, content if kind == 'W' else None))
        elif kind == 'F':
            inode = self.by_inode.get(ino)
            if inode:
                inode.flush()
        elif kind == 'D':
            self.flush_folder(path)
        elif kind == 'M':
            self.now[path] = FOLDER
        elif kind == 'R':
            for old in [p for p in self.now if p == path or p.startswith(path + '/')]:
                self.now[other + old[len(path):]] = self.now.pop(old)
        elif kind == 'L':
            if path in self.now:
                self.now[other] = self.now[path]
        elif kind == 'U':
            self.now.pop(path, None)

    def flush_folder(self, folder):
        inside = [p for p in set(self.now) | set(self.flushed) if os.path.dirname(p) == folder]
        for path in inside:
            if path in self.now:
                self.flushed[path] = self.now[path]
            else:
                self.flushed.pop(path, None)

    def after_cut(self, place, seed=None):
        """Writes what survives: only what was flushed; with a seed, also a random part of the rest,
        sector by sector, name by name, as a disk may do it."""
        chance = random.Random(seed) if seed is not None else None
        names = dict(self.flushed)
        if chance:
            for path in sorted(set(self.now) ^ set(self.flushed)):
                if chance.random() < 0.5:
                    if path in self.now:
                        names[path] = self.now[path]
                    else:
                        names.pop(path, None)
        shutil.rmtree(place, ignore_errors=True)
        os.makedirs(place)
        dropped = 0
        for path in sorted(names):
            target = os.path.join(place, os.path.relpath(path, self.root))
            if names[path] is FOLDER:
                os.makedirs(target, exist_ok=True)
                continue
            if not os.path.isdir(os.path.dirname(target)):
                continue
            content = bytearray(names[path].flushed)
            dropped += len(names[path].since)
            if chance:
                for offset, bytes_ in names[path].since:
                    if bytes_ is None:
                        if chance.random() < 0.5:
                            apply(content, (offset, None))
                        continue
                    for at in range(0, len(bytes_), SECTOR):
                        if chance.random() < 0.5:
                            apply(content, (offset + at, bytes_[at:at + SECTOR]))
            with open(target, 'wb') as f:
                f.write(content)
        return dropped
