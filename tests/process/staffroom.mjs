// A school of four for tests of the cycle: each command on a day of the calendar, each device a home of its own.
import assert from 'node:assert/strict';
import { World } from './support.mjs';

export const NAMES = { A: 'Bu Ani Suryani', B: 'Pak Budi Hartono', C: 'Bu Cici Lestari', D: 'Pak Dedi Wirawan' };

// A time zone in which it is ten in the morning now: what closes at a time of day must not depend on when the tests run.
function schoolMorning(now = new Date()) {
  const west = now.getUTCHours() * 60 + now.getUTCMinutes() - 10 * 60;  // POSIX counts the minutes west of Greenwich
  const [hours, minutes] = [Math.trunc(Math.abs(west) / 60), Math.abs(west) % 60];
  return `SCH${west < 0 ? '-' : ''}${hours}:${String(minutes).padStart(2, '0')}`;
}

export class Staffroom extends World {
  day = '2026-08-03';
  env = { TZ: schoolMorning() };
  // Ani founds the school; the others join, Cici as a facilitator.
  async open() {
    this.carrier = await this.server();
    this.client('A', 'init', '--name', NAMES.A);
    this.does('A', 'community', 'create', '--name', 'SDN Contoh', '--kind', 'school', '--server', this.carrier.address,
      '--operator-invite', this.carrier.operator_invite);
    for (const [home, role] of [['B', 'teacher'], ['C', 'facilitator'], ['D', 'teacher']]) {
      const { link } = this.does('A', 'invite', '--role', role);
      this.does(home, 'join', link, '--name', NAMES[home], '--card-file', this.path(`card-${home}.txt`));
    }
    this.meet();
    return this.carrier;
  }
  // What a command on that day prints; it must succeed.
  does(home, ...args) {
    const done = this.tries(home, ...args);
    assert.equal(done.status, 0, `${home} ${args.join(' ')}: ${done.err}`);
    const lines = done.lines;
    return lines.length === 1 ? lines[0] : lines;
  }
  all(home, ...args) {
    const done = this.tries(home, ...args);
    assert.equal(done.status, 0, `${home} ${args.join(' ')}: ${done.err}`);
    return done.lines;
  }
  tries(home, ...args) {
    return this.client(home, '--json', '--today', this.day, ...args);
  }
  refused(status, home, ...args) {
    const done = this.tries(home, ...args);
    assert.equal(done.status, status, `${home} ${args.join(' ')}: ${done.out}${done.err}`);
    const last = done.err.trim().split('\n').at(-1);
    return last.startsWith('{') ? JSON.parse(last) : undefined;  // wrong use of the line itself is told in words
  }
  // These reach the server, in both directions for everybody.
  meet(homes = ['A', 'B', 'C', 'D']) {
    for (const home of [...homes, ...homes]) this.does(home, 'sync');
  }
  sharedProblem(home = 'B', title = 'Siswa diam saat diskusi') {
    const { id } = this.does(home, '--yes', 'problem', 'share', '--title', title, '--category', 'engagement');
    this.meet();
    return id;
  }
}
