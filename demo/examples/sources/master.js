/** The third layer: made of `metrics`, which is made of three, and of `clock`. Who watches it sees how old the first of them is. */

const VERDICTS = ['asleep', 'calm', 'lively', 'wild'];

export default ({ publish, receive }) => {
  const metrics = receive('metrics', { select: ['count', 'pulse', 'sources', 'mood'] });
  const clock = receive('clock', { select: ['now'] });

  const master = publish('master', { output: ['verdict', 'score', 'count', 'at', 'why'] });
  const blind = () => metrics._status !== 'live' || metrics.sources === 0;
  master.count = () => metrics.count;
  master.at = () => clock.now;
  master.score = () => Math.round(100 * (metrics.pulse ?? 0));
  master.verdict = () => (blind() ? 'blind' : VERDICTS[Math.min(3, Math.floor(master.score / 25))]);
  master.why = () =>
    blind()
      ? 'it sees nothing'
      : `a pulse of ${master.score} from ${metrics.sources} of 3 sources, feeling ${metrics.mood}`;
};
