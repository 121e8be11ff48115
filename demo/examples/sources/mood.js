/** A mood that changes every few seconds into one that lies beside it. Nobody is told why. */

const MOODS = [
  { name: 'sleepy', emoji: '😴', hue: 250, joy: 0.05, energy: 0.05 },
  { name: 'serene', emoji: '😌', hue: 195, joy: 0.5, energy: 0.2 },
  { name: 'curious', emoji: '🧐', hue: 165, joy: 0.35, energy: 0.5 },
  { name: 'cheerful', emoji: '😄', hue: 90, joy: 0.9, energy: 0.7 },
  { name: 'giddy', emoji: '🤪', hue: 48, joy: 1, energy: 1 },
  { name: 'restless', emoji: '😬', hue: 28, joy: -0.25, energy: 0.85 },
  { name: 'grumpy', emoji: '😠', hue: 5, joy: -0.9, energy: 0.6 },
  { name: 'wistful', emoji: '🥺', hue: 290, joy: -0.45, energy: 0.3 },
];

export default ({ publish }) => {
  const mood = publish('mood', { output: ['name', 'emoji', 'hue', 'joy', 'energy', 'since'] });
  let at = Math.floor(Math.random() * MOODS.length);
  let timer;
  const change = () => {
    at = (at + (Math.random() < 0.6 ? 1 : MOODS.length - 1)) % MOODS.length;
    Object.assign(mood, MOODS[at], { since: Date.now() });
    mood.reason = `private, and so is number ${at}`;
    timer = setTimeout(change, 2500 + 3500 * Math.random());
  };
  change();
  return () => clearTimeout(timer);
};
