import { describe, expect, it } from 'vitest';
import { runLoadTestCommand, type CommandWorld } from './command.ts';
import { reportOf, type LoadReport } from './report.ts';

const machine = { cores: 2, model: 'Some', node: 'v24', loadAverage: 0.5 };

async function loadtest(line: string, world: Partial<CommandWorld> = {}) {
  const out: string[] = [];
  const complaints: string[] = [];
  const files = new Map<string, string>();
  const code = await runLoadTestCommand(line.split(' ').filter(Boolean), {
    run: (plan) => Promise.resolve(reportOf(plan, machine, [], { interrupted: false })),
    writeFile: (path, text) => Promise.resolve(void files.set(path, text)),
    print: (text) => out.push(text),
    complain: (text) => complaints.push(text),
    signal: new AbortController().signal,
    ...world,
  });
  return { code, out: out.join('\n'), complaint: complaints.join('\n'), files };
}

const endsAs = (outcome: LoadReport['outcome']): Partial<CommandWorld> => ({
  run: (plan) => Promise.resolve({ ...reportOf(plan, machine, [], { interrupted: false }), outcome }),
});

describe('treff loadtest', () => {
  it.each([
    ['complete', 0],
    ['lacking', 1],
    ['interrupted', 130],
  ] as const)('ends as the test did: %s is %i', async (outcome, code) => {
    expect((await loadtest('--url http://a', endsAs(outcome))).code).toBe(code);
  });

  it('writes what was measured to a file', async () => {
    const { files, out } = await loadtest('--url http://a --json r.json');
    expect(JSON.parse(files.get('r.json') ?? '')).toMatchObject({ people: { planned: 3 } });
    expect(out).toContain('0 of 3 came and stayed');
  });

  it('sends nobody anywhere if the file cannot be written', async () => {
    let ran = false;
    const { code, complaint } = await loadtest('--url http://a --json /no/r.json', {
      writeFile: () => Promise.reject(new Error('ENOENT: /no/r.json')),
      run: () => Promise.reject(new Error(String((ran = true)))),
    });
    expect({ code, ran }).toEqual({ code: 1, ran: false });
    expect(complaint).toContain('ENOENT: /no/r.json');
  });

  it('says what it did not understand, and how to learn more', async () => {
    const { code, complaint } = await loadtest('--conferences many');
    expect(code).toBe(2);
    expect(complaint).toMatch(/--url is missing[^]*--conferences many[^]*--help says more/);
  });

  it('explains itself', async () => {
    const { code, out } = await loadtest('--help');
    expect(code).toBe(0);
    expect(out).toContain('Usage: treff loadtest --url URL');
  });
});
