"""What happens when things go wrong: kills, power cuts, full disks, odd clocks. Run by ./drill."""
import argparse
import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from power import Disk  # noqa: E402
from world import Load, Person, Postgres, Server, TODAY, picture  # noqa: E402

KINDS = ('SQLite', 'PostgreSQL')


class Drill:
    def __init__(self, options):
        self.options, self.lines, self.good = options, [], True
        self.folder = tempfile.mkdtemp(prefix='zhibu-drill.', dir='/tmp')
        os.chmod(self.folder, 0o755)
        self.template, self.running = {}, []

    # --- what each scene begins with -------------------------------------------------------------

    def county(self, kind):
        """A filled county of its own: copied from one that was made once."""
        if kind not in self.template:
            place = os.path.join(self.folder, 'template-' + kind)
            data, postgres = os.path.join(place, 'data'), None
            os.makedirs(data)
            if kind == 'PostgreSQL':
                postgres = Postgres(os.path.join(place, 'pg'))
                postgres.make()
            words = [self.options.program, 'demo', '--data', data, '--today', TODAY, '--fill-only',
                     '--accounts', os.path.join(data, 'accounts.json')]
            words += ['--database', postgres.url] if postgres else []
            subprocess.run(words, check=True, stdout=subprocess.DEVNULL, cwd='/')
            if postgres:
                postgres.stop()
            self.template[kind] = place
        place = tempfile.mkdtemp(prefix='scene.', dir=self.folder)
        os.chmod(place, 0o755)
        shutil.copytree(self.template[kind], place, dirs_exist_ok=True)
        postgres = None
        if kind == 'PostgreSQL':
            postgres = Postgres(os.path.join(place, 'pg'))
            postgres.own(postgres.db)
        data = os.path.join(place, 'data')
        server = Server(self.options.program, data, postgres)
        self.running.append(server)
        with open(os.path.join(data, 'accounts.json')) as f:
            listed = json.load(f)
        accounts = [one for one in listed if one['role'] == 'secretary'][-self.options.clients:]
        return server, accounts

    def end(self):
        for server in self.running:
            server.kill()
            if server.postgres:
                server.postgres.kill()
        self.running = []
        for name in os.listdir(self.folder):
            if name.startswith('scene.'):
                subprocess.run(['umount', '-q', os.path.join(self.folder, name, 'data')], stderr=subprocess.DEVNULL)
                shutil.rmtree(os.path.join(self.folder, name), ignore_errors=True)

    # --- what it says ----------------------------------------------------------------------------

    def note(self, scene, kind, acknowledged, lost, doubled, good, words=''):
        self.good &= good
        self.lines.append((scene, kind, acknowledged, lost, doubled, 'good' if good else 'BAD', words))
        print(f'  {scene} / {kind}: {acknowledged} acknowledged, {lost} lost, {doubled} twice: '
              f'{"good" if good else "BAD"} {words}', flush=True)

    def judge(self, scene, kind, server, loads, words=''):
        lost = [m for load in loads for m in load.lost()]
        doubled = [m for load in loads for m in load.doubled()]
        refused = [r for load in loads for r in load.refused]
        acknowledged = sum(len(load.acknowledged) for load in loads)
        code, said = server.line('verify', '--today', TODAY)
        if code:
            words += ' verify: ' + ' '.join(said.split())[:300]
        if refused:
            words += f' refused: {refused[0]}'
        if lost:
            words += f' lost: {lost[:4]}'
        self.note(scene, kind, acknowledged, len(lost), len(doubled),
                  acknowledged > 0 and not lost and not doubled and not code and not refused, words)

    # --- scenes ----------------------------------------------------------------------------------

    def kill(self, kind):
        """kill -9 under mixed load; afterwards the unanswered is sent again with its key."""
        server, accounts = self.county(kind)
        if server.postgres:
            assert server.postgres.start()
        assert server.start(), 'the server did not start'
        loads, again = [], 0
        for n in range(self.options.rounds):
            load = Load(server, accounts, f'kill{n}')
            loads.append(load)
            load.begin()
            time.sleep(random.uniform(1, 3))
            server.kill()
            load.end()
            assert server.start(), 'the server did not come back'
            again += load.settle()
            load.judge_drafts()
        self.judge('kill -9', kind, server, loads, f'{self.options.rounds} kills, {again} sent again')

    def half_filled(self, kind):
        """An autosaved form is still there after a kill -9."""
        server, accounts = self.county(kind)
        if server.postgres:
            assert server.postgres.start()
        assert server.start()
        seen = 0
        for n, account in enumerate(accounts):
            person = Person(server, account).sign_in()
            duty = person.duty()
            if not duty:
                continue
            words = f'写到一半的说明{n}'
            status, _, _ = person.send((duty + '/draft', {'text': words}, None))
            server.kill()
            assert server.start()
            _, _, page = person.ask('GET', duty)
            if status != 204 or words not in page:
                self.note('half-filled form', kind, n + 1, 1, 0, False, f'{duty} {status}')
                return
            seen += 1
        self.note('half-filled form', kind, seen, 0, 0, seen > 0, 'the same sign-in, the same words')

    def power(self, kind):
        """Only what was flushed survives; then the same on a disk that lies, which must lose."""
        for lie in (False, True):
            acknowledged = lost = doubled = cuts = broken = 0
            words = ''
            for n in range(self.options.cuts):
                outcome = self.one_cut(kind, n, lie)
                acknowledged += outcome[0]
                lost += outcome[1]
                doubled += outcome[2]
                broken += bool(outcome[3])
                cuts += 2
                words = outcome[3] or words
                self.end()
            scene = 'power cut, flushes ignored (control)' if lie else 'power cut'
            if lie:
                self.note(scene, kind, acknowledged, lost, doubled, lost > 0 or broken > 0,
                          f'{cuts} cuts; must lose; {broken} did not even start or verify')
            else:
                self.note(scene, kind, acknowledged, lost, doubled,
                          acknowledged > 0 and not lost and not doubled and not broken, f'{cuts} cuts {words}')

    def one_cut(self, kind, n, lie):
        server, accounts = self.county(kind)
        place = os.path.dirname(server.data)
        log = os.path.join(self.folder, 'disk.log')
        disk = Disk(place, log)
        env = {**disk.environment(lie), 'LD_PRELOAD': self.options.shim}
        if server.postgres:
            # The control is PostgreSQL's own switch as well as the disk's.
            extra = ('-c', 'fsync=off') if lie else ()
            assert server.postgres.start(extra, env), open(os.path.join(server.postgres.folder, 'log')).read()[-500:]
        assert server.start(env)
        load = Load(server, accounts, f'cut{n}')
        load.begin()
        time.sleep(random.uniform(1.5, 3))
        server.kill()
        if server.postgres:
            server.postgres.kill()
        load.end()
        disk.replay()
        drafts = dict(load.drafts)
        lost = doubled = 0
        words = ''
        for seed in (None, n):
            after = os.path.join(self.folder, f'scene.after-{n}')
            disk.after_cut(after, seed)
            back = Server(self.options.program, os.path.join(after, 'data'),
                          Postgres(os.path.join(after, 'pg')) if server.postgres else None)
            if not os.path.isdir(back.data):
                return len(load.acknowledged), len(load.acknowledged), 0, 'nothing is left'
            if back.postgres:
                os.chmod(after, 0o755)
                os.makedirs(back.postgres.db, exist_ok=True)
                back.postgres.own(back.postgres.db)
                for part in ('pg_notify', 'pg_tblspc', 'pg_replslot', 'pg_twophase', 'pg_snapshots', 'pg_commit_ts',
                             'pg_serial', 'pg_dynshmem', 'pg_stat_tmp', 'pg_stat', 'pg_subtrans'):
                    os.makedirs(os.path.join(back.postgres.db, part), mode=0o700, exist_ok=True)
                back.postgres.own(back.postgres.db)
            self.running.append(back)
            started = (not back.postgres or back.postgres.start()) and back.start()
            if not started:
                words = 'did not start again'
                if back.postgres:
                    words += ': ' + open(os.path.join(back.postgres.folder, 'log')).read()[-300:]
                lost += len(load.acknowledged)
            else:
                load.server, load.drafts, load.lost_drafts = back, dict(drafts), []
                try:
                    lost += len(load.lost())
                    doubled += len(load.doubled())
                except (sqlite3.DatabaseError, subprocess.CalledProcessError) as error:
                    lost += len(load.acknowledged)
                    words = f'cannot be read: {error}'
                code, said = back.line('verify', '--today', TODAY)
                if code:
                    words = 'verify: ' + ' '.join(said.split())[:300]
            back.kill()
            if back.postgres:
                back.postgres.kill()
        # Judged twice, drafts included.
        acknowledged = 2 * (len(load.acknowledged) + sum(1 for one, _ in drafts.values() if one))
        return acknowledged, lost, doubled, words

    def disk_full(self, kind):
        """A small disk fills up: answers say so, nothing acknowledged is lost, and with room again
        all goes on."""
        server, accounts = self.county(kind)
        place = os.path.dirname(server.data)
        small = os.path.join(place, 'small')
        os.makedirs(small)
        if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=400m,mode=755', 'tmpfs', small],
                          stderr=subprocess.DEVNULL).returncode:
            self.note('disk full', kind, 0, 0, 0, True, 'SKIPPED: only root can mount a small disk')
            return
        try:
            self.on_small(kind, server, accounts, place, small)
        finally:
            server.kill()
            if server.postgres:
                server.postgres.kill()
            time.sleep(0.3)
            subprocess.run(['umount', '-l', small])

    def on_small(self, kind, server, accounts, place, small):
        for part in os.listdir(place):
            if part != 'small':
                shutil.move(os.path.join(place, part), os.path.join(small, part))
        server.data = os.path.join(small, 'data')
        if server.postgres:
            server.postgres.folder = os.path.join(small, 'pg')
            server.postgres.db = os.path.join(small, 'pg', 'db')
            server.postgres.own(server.postgres.db)
            assert server.postgres.start()
        assert server.start()
        filler = os.path.join(small, 'filler')
        room = os.statvfs(small)
        with open(filler, 'wb') as f:
            f.write(b'\0' * (room.f_bavail * room.f_bsize - (3 << 20)))
        load = Load(server, accounts, 'full', picture_size=200, patient=True)
        load.begin()
        end = time.time() + 60
        while len(load.unknown) < 40 and time.time() < end:
            time.sleep(0.2)
        load.end()
        failures = len(load.unknown)
        lives = server.process.poll() is None
        os.remove(filler)
        if server.postgres:
            # PostgreSQL stops itself when its log has no room; its administrator starts it again.
            server.postgres.stop()
            assert server.postgres.start()
        load.stopping.clear()
        load.retry = True
        load.settle()
        load.judge_drafts()
        words = f'{failures} refused for want of room, then all done'
        if not lives or not failures:
            words += ' but the server died' if not lives else ' but it never filled'
            self.good = False
        self.judge('disk full', kind, server, [load], words)

    def clock(self, kind):
        """The clock jumps, also across a restart: ids still rise, nothing is lost."""
        server, accounts = self.county(kind)
        if server.postgres:
            assert server.postgres.start()
        clock = os.path.join(self.folder, 'clock')

        def turn(seconds):
            with open(clock + '.new', 'w') as f:
                f.write(str(seconds))
            os.rename(clock + '.new', clock)
        turn(0)
        env = {'LD_PRELOAD': self.options.shim, 'DRILL_CLOCK': clock}
        assert server.start(env)
        load = Load(server, accounts, 'clock', retry=True)
        load.begin()
        for seconds in (3600, -7200, 5 * 3600, 1, -1, 0):
            turn(seconds)
            time.sleep(0.6)
        load.end()
        server.kill()
        # Set back before the start: what the process remembers is gone.
        turn(-3 * 3600)
        assert server.start(env)
        load.stopping.clear()
        load.settle()
        load.judge_drafts()
        later = Load(server, accounts, 'later', retry=True)
        later.begin()
        time.sleep(1.5)
        later.end()
        later.stopping.clear()
        later.settle()
        falls = 0
        for who in range(len(accounts)):
            rows = self.server_ids(server, who)
            falls += sum(a >= b for a, b in zip(rows, rows[1:]))
        words = f'{falls} ids fell' if falls else 'ids rose throughout'
        # While the clock stands before what was written, that lies in the future and is not counted
        # yet; a rebuild puts the kept answers right.
        _, said = server.line('rebuild', '--today', TODAY)
        differed = re.search(r'不一致的事项 (\d+) 件', said)
        words += f'; {differed.group(1)} kept answers rebuilt' if differed else ''
        self.good &= falls == 0
        self.judge('clock steps', kind, server, [load, later], words)

    @staticmethod
    def server_ids(server, who):
        """Ids of what one person wrote, in the order they wrote it."""
        ids = []
        for name in ('clock', 'later'):
            found = []
            for sql in (f"SELECT words, id FROM feedback WHERE words LIKE '{name}-{who}-%'",
                        f"SELECT title, id FROM record WHERE title LIKE '{name}-{who}-%'"):
                found += [(int(marker.split('-')[2]), int(id_)) for marker, id_ in server.query(sql)]
            ids += [id_ for _, id_ in sorted(found)]
        return ids

    def database_restart(self, kind):
        """PostgreSQL goes away and comes back; people send again with their key until answered."""
        if kind != 'PostgreSQL':
            return
        server, accounts = self.county(kind)
        assert server.postgres.start()
        assert server.start()
        load = Load(server, accounts, 'again', retry=True)
        load.begin()
        for n in range(self.options.rounds):
            time.sleep(1.2)
            if n % 2:
                server.postgres.kill()
            else:
                server.postgres.stop()
            time.sleep(0.5)
            assert server.postgres.start()
        time.sleep(1.5)
        load.end()
        load.stopping.clear()
        load.settle()
        self.judge('database restart', kind, server, [load], f'{self.options.rounds} restarts, the server went on')

    def backup_under_load(self, kind):
        """A backup while people write; restored elsewhere it holds all that was there when it began."""
        server, accounts = self.county(kind)
        if server.postgres:
            assert server.postgres.start()
        assert server.start()
        load = Load(server, accounts, 'copy')
        load.begin()
        time.sleep(1.5)
        with load.lock:
            before = list(load.acknowledged)
        copies = os.path.join(os.path.dirname(server.data), 'copies')
        code, said = server.line('backup', '--to', copies)
        time.sleep(0.5)
        load.end()
        if code:
            self.note('backup and restore', kind, len(before), len(before), 0, False, said[:300])
            return
        name = os.path.join(copies, os.listdir(copies)[0])
        target = os.path.join(os.path.dirname(server.data), 'restored')
        done = subprocess.run([self.options.program, 'restore', name, '--data', target, '--key',
                               os.path.join(server.data, 'zhibu.key')], capture_output=True, text=True, cwd='/')
        if done.returncode:
            self.note('backup and restore', kind, len(before), len(before), 0, False, (done.stdout + done.stderr)[:300])
            return
        load.acknowledged, load.drafts = before, {}
        load.server = Server(self.options.program, target)
        self.judge('backup and restore', kind, load.server, [load], 'taken under load, restored into SQLite')


    def point_in_time(self, kind):
        """PostgreSQL: a base copy and its archived log bring back the moment before a mistake."""
        if kind != 'PostgreSQL':
            return
        server, accounts = self.county(kind)
        postgres = server.postgres
        place = os.path.dirname(server.data)
        archive, base = os.path.join(place, 'archive'), os.path.join(place, 'base')
        os.makedirs(archive)
        postgres.own(archive)
        extra = ['-c', 'archive_mode=on', '-c', f"archive_command=test ! -f {archive}/%f && cp %p {archive}/%f"]
        assert postgres.start(extra)
        if os.getuid() == 0:
            shutil.chown(place, 'postgres')
        subprocess.run(postgres.as_postgres([f'{postgres.bin}/pg_basebackup', '-h', '127.0.0.1', '-p', str(postgres.port),
                                             '-U', 'zhibu', '-D', base, '-X', 'stream']), check=True)
        assert server.start()
        load = Load(server, accounts, 'before')
        load.begin()
        time.sleep(2)
        load.end()
        load.settle()
        time.sleep(1.5)
        moment = postgres.query('SELECT clock_timestamp()')[0][0]
        time.sleep(1.5)
        postgres.query('DELETE FROM feedback')
        last = postgres.query('SELECT pg_walfile_name(pg_switch_wal())')[0][0]
        end = time.time() + 30
        while not os.path.exists(os.path.join(archive, last)) and time.time() < end:
            time.sleep(0.2)
        server.kill()
        postgres.kill()
        shutil.rmtree(postgres.db)
        postgres.db = base
        with open(os.path.join(base, 'postgresql.auto.conf'), 'a') as f:
            f.write(f"restore_command = 'cp {archive}/%f %p'\nrecovery_target_time = '{moment}'\n"
                    "recovery_target_action = 'promote'\n")
        open(os.path.join(base, 'recovery.signal'), 'w').close()
        postgres.own(base)
        assert postgres.start(), open(os.path.join(postgres.folder, 'log')).read()[-600:]
        end = time.time() + 30
        while postgres.query('SELECT pg_is_in_recovery()')[0][0] == 't' and time.time() < end:
            time.sleep(0.2)
        assert server.start()
        log = open(os.path.join(postgres.folder, 'log')).read()
        said = [line.split('LOG:')[1].strip() for line in log.splitlines()
                if 'recovery stopping' in line or 'archive recovery complete' in line]
        self.judge('point in time', kind, server, [load], '; '.join(said))


SCENES = ['kill', 'half_filled', 'power', 'disk_full', 'clock', 'database_restart', 'backup_under_load', 'point_in_time']


def main():
    parser = argparse.ArgumentParser(prog='./drill')
    parser.add_argument('scenes', nargs='*', help=', '.join(SCENES))
    parser.add_argument('--program', required=True, help=argparse.SUPPRESS)
    parser.add_argument('--shim', required=True, help=argparse.SUPPRESS)
    parser.add_argument('--clients', type=int, default=6)
    parser.add_argument('--rounds', type=int, default=5, help='kills and restarts')
    parser.add_argument('--cuts', type=int, default=5, help='power cuts, each judged twice')
    parser.add_argument('--only', choices=['sqlite', 'postgres'])
    options = parser.parse_args()
    kinds = [k for k in KINDS if not options.only or k.lower().startswith(options.only)]
    drill = Drill(options)
    try:
        for scene in options.scenes or SCENES:
            print(f'== {scene}', flush=True)
            for kind in kinds:
                try:
                    getattr(drill, scene)(kind)
                except Exception as error:  # one scene that breaks is bad, and the others still run
                    drill.note(scene, kind, 0, 0, 0, False, f'{type(error).__name__}: {error}')
                finally:
                    drill.end()
    finally:
        drill.end()
        shutil.rmtree(drill.folder, ignore_errors=True)
    print()
    print(f'{"scene":<38} {"database":<11} {"acknowledged":>12} {"lost":>6} {"twice":>6}  outcome')
    for scene, kind, acknowledged, lost, doubled, outcome, words in drill.lines:
        print(f'{scene:<38} {kind:<11} {acknowledged:>12} {lost:>6} {doubled:>6}  {outcome:<5} {words}')
    sys.exit(0 if drill.good and drill.lines else 1)


main()
