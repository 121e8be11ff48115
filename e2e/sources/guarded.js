/** Has more to hide than to show: what of it may be seen from outside is what `output` names. */
export default ({ publish, every, signal, computed }) => {
  let n = 0;
  const passphrase = signal('passphrase-0');
  const guarded = publish('guarded', { output: ['shown', 'derived'] });
  guarded.hidden = 918273645;
  guarded.diary = computed(() => `dear diary: ${passphrase.value}`);
  // Made of what is private, which it does not tell.
  guarded.derived = () => `${guarded.diary.length} letters and ${String(guarded.hidden).length} digits`;

  return every(100, () => {
    n = Math.min(n + 1, 3);
    passphrase.value = `passphrase-${n}`;
    guarded.kept = `kept-${n}`;
    guarded.shown = `shown-${n}`;
  });
};
