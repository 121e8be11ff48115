/** The time, as each second begins. Readers see it in their own language and time zone. */
export default ({ publish }) => {
  const began = Date.now();
  const clock = publish('clock', { output: ['now', 'turn', 'uptime', 'zone'] });
  clock.zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  clock.turn = () => (clock.now % 60_000) / 60_000;
  clock.uptime = () => Math.max(0, Math.round((clock.now - began) / 1000));

  let timer;
  const tick = () => {
    const past = Date.now() % 1000;
    clock.now = Date.now() - past;
    timer = setTimeout(tick, 1000 - past);
  };
  tick();
  return () => clearTimeout(timer);
};
