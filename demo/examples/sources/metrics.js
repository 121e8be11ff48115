/** Three channels in, one out. While nobody watches it, it follows nothing, and the three may rest. */
export default ({ publish, receive }) => {
  const counter = receive('counter', { select: ['count'] });
  const stats = receive('stats', { select: ['value', 'deviation'] });
  const mood = receive('mood', { select: ['name', 'energy'] });

  const metrics = publish('metrics', { output: ['count', 'mood', 'pulse', 'sources', 'summary'] });
  metrics.count = () => counter.count;
  metrics.mood = () => mood.name;
  // From 0 to 1: half of it is the mood's energy, half how far the walk has strayed.
  metrics.stray = () => Math.min(1, Math.abs(stats.value ?? 0) / (3 * (stats.deviation || 1)));
  metrics.pulse = () => Math.round(50 * ((mood.energy ?? 0) + metrics.stray)) / 100;
  metrics.sources = () => [counter, stats, mood].filter(({ _status }) => _status === 'live').length;
  metrics.summary = () =>
    `${counter.count ?? 'nothing'} counted, the walk at ${stats.value?.toFixed(1) ?? '?'}, feeling ${mood.name ?? 'nothing'}`;
};
