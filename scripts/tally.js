// A reporter for node:test whose last line counts tests, not files or suites: "N passed, N failed, N skipped".
export default async function* tally(source) {
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  for await (const { type, data } of source) {
    if (data?.details?.type === 'suite') continue;
    if (type === 'test:fail') failed++;
    else if (type === 'test:pass' && (data.skip !== undefined || data.todo !== undefined)) skipped++;
    else if (type === 'test:pass') passed++;
  }
  yield `\n${passed} passed, ${failed} failed, ${skipped} skipped\n`;
}
