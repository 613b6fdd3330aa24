"""Servers, databases and people of a drill."""
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import threading
import time
import urllib.parse
import zlib

TODAY = '2026-11-20'


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


class Postgres:
    """A server of our own that flushes as a real one does."""

    def __init__(self, folder):
        self.folder, self.db = folder, os.path.join(folder, 'db')
        found = subprocess.run(['pg_config', '--bindir'], capture_output=True, text=True)
        self.bin = found.stdout.strip()
        if not os.path.exists(os.path.join(self.bin, 'initdb')):
            versions = sorted(os.listdir('/usr/lib/postgresql'))
            self.bin = f'/usr/lib/postgresql/{versions[-1]}/bin'
        self.port = free_port()
        self.process = None

    @property
    def url(self):
        return f'postgres://zhibu@127.0.0.1:{self.port}/zhibu'

    def as_postgres(self, words):
        if os.getuid() == 0:
            return ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] + words
        return words

    def own(self, place):
        if os.getuid() == 0:
            shutil.chown(self.folder, 'postgres')
            subprocess.run(['chown', '-R', 'postgres:', place], check=True)
        os.chmod(place, 0o700)

    def make(self):
        os.makedirs(self.folder, exist_ok=True)
        os.makedirs(self.db)
        self.own(self.db)
        subprocess.run(self.as_postgres([f'{self.bin}/initdb', '-D', self.db, '-U', 'zhibu', '-A', 'trust',
                                         '-E', 'UTF8', '--locale=C']), check=True, stdout=subprocess.DEVNULL)
        self.start()
        subprocess.run(self.as_postgres([f'{self.bin}/createdb', '-h', '127.0.0.1', '-p', str(self.port),
                                         '-U', 'zhibu', 'zhibu']), check=True)

    def start(self, extra=(), env=None, wait=60):
        words = [f'{self.bin}/postgres', '-D', self.db, '-p', str(self.port), '-k', self.folder,
                 '-c', 'listen_addresses=127.0.0.1', '-c', 'max_connections=60', *extra]
        log = open(os.path.join(self.folder, 'log'), 'ab')
        self.process = subprocess.Popen(self.as_postgres(words), stdout=log, stderr=log,
                                        env={**os.environ, **(env or {})}, start_new_session=True)
        end = time.time() + wait
        while time.time() < end:
            if self.process.poll() is not None:
                return False
            ready = subprocess.run([f'{self.bin}/pg_isready', '-q', '-h', '127.0.0.1', '-p', str(self.port)])
            if ready.returncode == 0:
                return True
            time.sleep(0.1)
        return False

    def stop(self, how=signal.SIGINT):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(60)

    def kill(self):
        """Every process of it at once, as a power cut does."""
        if not self.process or self.process.poll() is not None:
            return
        family = subprocess.run(['ps', '-o', 'pid=', '--ppid', str(self.process.pid)],
                                capture_output=True, text=True).stdout.split()
        for pid in [self.process.pid, *map(int, family)]:
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait(30)
        for pid in map(int, family):
            while os.path.exists(f'/proc/{pid}') and 'State:\tZ' not in open(f'/proc/{pid}/status').read():
                time.sleep(0.02)

    def query(self, sql):
        done = subprocess.run([f'{self.bin}/psql', '-h', '127.0.0.1', '-p', str(self.port), '-U', 'zhibu', '-d', 'zhibu',
                               '-At', '-F', '\x1f', '-c', sql], capture_output=True, text=True, check=True)
        return [tuple(line.split('\x1f')) for line in done.stdout.splitlines()]


class Server:
    """`zhibu serve` over a data folder."""

    def __init__(self, program, data, postgres=None, log=None):
        self.program, self.data, self.postgres = program, data, postgres
        self.port, self.process = free_port(), None
        self.log = log or data.rstrip('/') + '.log'

    @property
    def place(self):
        words = ['--data', self.data]
        return words + (['--database', self.postgres.url] if self.postgres else [])

    def start(self, env=None, wait=60):
        words = [self.program, 'serve', *self.place, '--listen', f'127.0.0.1:{self.port}', '--today', TODAY]
        log = open(self.log, 'ab')
        self.process = subprocess.Popen(words, stdout=log, stderr=log,
                                        env={**os.environ, 'ZHIBU_LOG': 'error', **(env or {})}, cwd='/')
        end = time.time() + wait
        while time.time() < end:
            if self.process.poll() is not None:
                return False
            try:
                connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=5)
                connection.request('GET', '/healthz')
                if connection.getresponse().status == 200:
                    return True
            except OSError:
                pass
            time.sleep(0.05)
        return False

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait(30)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()

    def line(self, *words):
        done = subprocess.run([self.program, *words, *self.place], capture_output=True, text=True, cwd='/')
        return done.returncode, done.stdout + done.stderr

    def query(self, sql):
        if self.postgres:
            return self.postgres.query(sql)
        with sqlite3.connect(f'file:{self.data}/zhibu.db?mode=ro', uri=True, timeout=20) as db:
            return [tuple(str(v) for v in row) for row in db.execute(sql)]


class Refused(Exception):
    pass


class Person:
    """A secretary at a browser that sends forms, each with its key."""

    def __init__(self, server, account):
        self.server, self.account = server, account
        self.cookie = self.csrf = None

    def ask(self, method, path, body=None, kind=None):
        connection = http.client.HTTPConnection('127.0.0.1', self.server.port, timeout=20)
        headers = {'Origin': f'http://127.0.0.1:{self.server.port}'}
        if self.cookie:
            headers['Cookie'] = self.cookie
        if kind:
            headers['Content-Type'] = kind
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode('utf-8', 'replace')
        for cookie in answer.headers.get_all('set-cookie') or []:
            self.cookie = cookie.split(';')[0]
        connection.close()
        return answer.status, answer.headers.get('location') or '', text

    def sign_in(self):
        _, _, page = self.ask('GET', '/sign-in')
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
        names = re.findall(r'<input[^>]*name="([^"]+)"', page)
        for name in names:
            if name == 'username':
                fields[name] = self.account['username']
            elif name == 'password':
                fields[name] = self.account['password']
        status, where, text = self.ask('POST', '/sign-in', urllib.parse.urlencode(fields), 'application/x-www-form-urlencoded')
        if status != 303:
            raise Refused(f'sign-in: {status} {text[:200]}')
        _, _, page = self.ask('GET', '/feedback')
        self.csrf = re.search(r'name="_csrf" value="([^"]+)"', page).group(1)
        return self

    def send(self, form):
        path, fields, file = form
        fields = {'_csrf': self.csrf, **fields}
        if file is None:
            return self.ask('POST', path, urllib.parse.urlencode(fields), 'application/x-www-form-urlencoded')
        line = '----drill' + str(random.random())[2:]
        body = b''
        for name, value in fields.items():
            body += f'--{line}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        body += f'--{line}\r\nContent-Disposition: form-data; name="file"; filename="d.png"\r\nContent-Type: image/png\r\n\r\n'.encode()
        body += file + f'\r\n--{line}--\r\n'.encode()
        return self.ask('POST', path, body, f'multipart/form-data; boundary={line}')

    def duty(self):
        """A duty that is open, to leave half filled."""
        _, _, page = self.ask('GET', '/duties')
        found = re.search(r'href="(/duties/[0-9][0-9a-z-]*)"', page)
        return found.group(1) if found else None


def picture(n, size=24):
    """A PNG that no other is like."""
    rng = random.Random(n)
    rows = b''.join(b'\0' + rng.randbytes(size * 3) for _ in range(size))

    def chunk(kind, body):
        return struct.pack('>I', len(body)) + kind + body + struct.pack('>I', zlib.crc32(kind + body))
    head = struct.pack('>IIBBBBB', size, size, 8, 2, 0, 0, 0)
    return b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', head) + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b'')


class Load:
    """People who write at the same time; what was acknowledged to whom."""

    def __init__(self, server, accounts, name, picture_size=24, retry=False, patient=False):
        self.server, self.name, self.retry, self.size = server, name, retry, picture_size
        # A form refused because a file could not be stored is sent again when there is room.
        self.patient = patient
        self.people = [Person(server, one).sign_in() for one in accounts]
        self.acknowledged, self.unknown, self.refused = [], [], []
        self.drafts, self.lost_drafts = {}, []
        self.lock, self.stopping = threading.Lock(), threading.Event()
        self.threads = []

    def form(self, who, n):
        marker = f'{self.name}-{who}-{n}'
        key = {'_key': f'k-{marker}'}
        if n % 3 == 1:
            fields = {**key, 'subkind': 'youth_lecture', 'day': TODAY, 'title': marker, 'content': '演练',
                      'speaker': 'guest', 'guest': '周倩', 'audience': '30', 'attended': '0', 'expected': '0'}
            return marker, ('/records', fields, picture(hash(marker), self.size))
        return marker, ('/feedback', {**key, 'page': '/duties', 'words': marker}, None)

    def work(self, who):
        person, n, duty = self.people[who], 0, None
        while not self.stopping.is_set():
            n += 1
            if n % 5 == 0:
                try:
                    duty = duty or person.duty()
                    self.draft(person, who, duty, n)
                except OSError:
                    time.sleep(0.02)
                continue
            marker, form = self.form(who, n)
            self.once(person, marker, form)

    def once(self, person, marker, form):
        """Sends a form until it is known what became of it (or once, without `retry`)."""
        while True:
            try:
                status, where, text = person.send(form)
            except OSError:
                status, where, text = 0, '', ''
            if status == 303 and '/sign-in' not in where:
                with self.lock:
                    self.acknowledged.append(marker)
                return True
            if 400 <= status < 500 and not self.patient:
                with self.lock:
                    self.refused.append((marker, status, re.sub(r'<[^>]+>', ' ', text)[:300]))
                return False
            if not self.retry or self.stopping.is_set():
                with self.lock:
                    self.unknown.append((person, marker, form))
                if status == 0:
                    time.sleep(0.05)
                return False
            time.sleep(0.1)

    def draft(self, person, who, duty, n):
        if not duty:
            return
        text = f'{self.name}-draft-{who}-{n}'
        self.drafts.setdefault(duty, [None, set()])[1].add(text)
        status, _, _ = person.send((duty + '/draft', {'text': text}, None))
        if status == 204:
            self.drafts[duty][0] = text
            self.drafts[duty][1] = {text}

    def begin(self):
        self.threads = [threading.Thread(target=self.work, args=(who,), daemon=True) for who in range(len(self.people))]
        for thread in self.threads:
            thread.start()

    def end(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join(60)

    def settle(self):
        """After a restart: what nobody answered is sent again with its key."""
        left, self.unknown = self.unknown, []
        for person, marker, form in left:
            self.once(person, marker, form)
        return len(left)

    def found(self):
        """How often each marker is there."""
        counts = {}
        for sql in (f"SELECT words FROM feedback WHERE words LIKE '{self.name}-%'",
                    f"SELECT title FROM record WHERE title LIKE '{self.name}-%'"):
            for (marker,) in self.server.query(sql):
                counts[marker] = counts.get(marker, 0) + 1
        return counts

    def lost(self):
        counts = self.found()
        return [m for m in self.acknowledged if m not in counts] + self.judge_drafts()

    def judge_drafts(self):
        """Drafts are overwritten by the next: judged once, right after the restart."""
        lost = self.lost_drafts
        for duty, (acknowledged, possible) in self.drafts.items():
            if acknowledged:
                requirement, organisation = duty.split('/')[2].split('-')[:2]
                rows = self.server.query('SELECT text FROM duty_draft WHERE requirement = %s AND organisation = %s'
                                         % (requirement, organisation))
                if not rows or rows[0][0] not in possible:
                    lost.append(acknowledged)
        self.drafts = {}
        return lost

    def doubled(self):
        return [m for m, n in self.found().items() if n > 1]
