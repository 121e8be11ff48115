/** Counts, once a second. What is not in `output` never leaves the process. */
export default ({ publish, every }) => {
  const counter = publish('counter', { output: ['count', 'doubled', 'parity'] });
  counter.count = 0;
  counter.doubled = () => counter.count * 2;
  counter.parity = () => (counter.count % 2 === 0 ? 'even' : 'odd');
  counter.secret = () => `only this process knows what it thinks of ${counter.count}`;

  return every(1000, () => {
    counter.count++;
  });
};
