// A reporter for node:test. Its last lines: what failed, a line for the test's
// name and one for the reason, then a count of tests, not of files or suites:
// "N passed, N failed, N skipped".
export default async function* tally(source) {
  let passed = 0;
  let skipped = 0;
  const failed = [];
  const within = [];
  for await (const { type, data } of source) {
    // Of a file's tests the outer ones begin first.
    if (type === 'test:start') within[data.nesting] = data.name;
    if (data?.details?.type === 'suite') continue;
    if (type === 'test:fail') {
      const why = data.details.error?.cause?.message ?? data.details.error?.message ?? '';
      failed.push(
        `${[...within.slice(0, data.nesting), data.name].join(' > ')}\n  ${why.replace(/\s+/g, ' ').slice(0, 300)}`,
      );
    } else if (type === 'test:pass' && (data.skip !== undefined || data.todo !== undefined)) skipped++;
    else if (type === 'test:pass') passed++;
  }
  yield `\n${failed.map((name) => `failed: ${name}\n`).join('')}${passed} passed, ${failed.length} failed, ${skipped} skipped\n`;
}
