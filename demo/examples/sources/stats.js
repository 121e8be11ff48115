/** Figures of a random walk that is pulled back to 0, ten steps a second. All that one step changes travels as one frame. */

const KEPT = 120;
const PULL = 0.03;

/** From -1.5 to 1.5, mostly about 0. */
const step = () => Math.random() + Math.random() + Math.random() - 1.5;
const rounded = (value) => Math.round(value * 100) / 100;

export default ({ publish, every }) => {
  const names = ['value', 'mean', 'deviation', 'low', 'high', 'samples', 'recent'];
  const stats = publish('stats', { output: names, signals: { low: 0, high: 0 } });
  const recent = [];
  let value = 0;
  let mean = 0;
  let squares = 0;
  let samples = 0;

  return every(100, () => {
    value += step() - PULL * value;
    samples++;
    // Mean and variance in one pass (Welford 1962).
    const before = value - mean;
    mean += before / samples;
    squares += before * (value - mean);
    recent.push(rounded(value));
    if (recent.length > KEPT) recent.shift();

    stats.value = rounded(value);
    stats.mean = rounded(mean);
    stats.deviation = rounded(Math.sqrt(squares / samples));
    stats.low = Math.min(stats.low, rounded(value));
    stats.high = Math.max(stats.high, rounded(value));
    stats.samples = samples;
    stats.recent = [...recent];
  });
};
