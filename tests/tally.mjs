// Adds up test cases over build trees: node tally.mjs BUILD... prints "N passed, N failed" last and exits with 1 when
// anything failed or nothing ran. Reads ctest's junit.xml for the programs and reports/ for their cases.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const number = (text, pattern) => Number(text.match(pattern)?.[1] ?? 0);

// The cases that one program reported, or nothing when it left no report that can be read.
function casesOf(reports, name) {
  const xml = path.join(reports, `${name}.xml`);
  if (existsSync(xml)) {
    const text = readFileSync(xml, 'utf8');
    const head = text.match(/<testsuites [^>]*>/)?.[0];
    if (!head) return null;
    const failed = number(head, / failures="(\d+)"/) + number(head, / errors="(\d+)"/);
    const skipped = number(head, / disabled="(\d+)"/) + (text.match(/result="skipped"/g) ?? []).length;
    return { passed: number(head, / tests="(\d+)"/) - failed - skipped, failed, skipped };
  }
  const out = path.join(reports, `${name}.out`);
  if (existsSync(out)) {
    const text = readFileSync(out, 'utf8');
    const line = [...text.matchAll(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm)].at(-1);
    if (line) return { passed: Number(line[1]), failed: Number(line[2]), skipped: Number(line[3] ?? 0) };
    if (/^# pass \d+$/m.test(text)) {
      return {
        passed: number(text, /^# pass (\d+)$/m),
        failed: number(text, /^# fail (\d+)$/m) + number(text, /^# cancelled (\d+)$/m),
        skipped: number(text, /^# skipped (\d+)$/m) + number(text, /^# todo (\d+)$/m),
      };
    }
  }
  return null;
}

const total = { passed: 0, failed: 0, skipped: 0 };
for (const build of process.argv.slice(2)) {
  const junit = path.join(build, 'reports', 'junit.xml');
  if (!existsSync(junit)) {
    console.log(`${build}: ctest left no report`);
    total.failed += 1;
    continue;
  }
  for (const [, name, status] of readFileSync(junit, 'utf8').matchAll(/<testcase name="([^"]+)"[^>]* status="([^"]+)"/g)) {
    const good = status === 'run';
    const cases = casesOf(path.join(build, 'reports'), name) ?? { passed: good ? 1 : 0, failed: 0, skipped: 0 };
    // A program that crashed, timed out or was never built failed, whatever its report says.
    if (!good && cases.failed === 0) cases.failed = 1;
    console.log(
      `${good && cases.failed === 0 ? 'ok    ' : 'FAILED'} ${path.basename(build)}/${name}: ` +
        `${cases.passed} passed, ${cases.failed} failed${cases.skipped ? `, ${cases.skipped} skipped` : ''}`,
    );
    for (const key of Object.keys(total)) total[key] += cases[key];
  }
}
total.failed += Number(process.env.SEJAWAT_OTHER_FAILURES ?? 0);
const skipped = total.skipped ? `, ${total.skipped} skipped` : '';
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);
