/** A third window, in the corner, for as long as the pair is scrolled out of sight. */

export function enableMini(place, pair, view) {
  let viewer = null;
  const watcher = new IntersectionObserver((entries) => {
    const away = !entries.at(-1).isIntersecting;
    if (away && viewer === null) {
      viewer = document.createElement('mpl-viewer');
      viewer.setAttribute('channel', view.getAttribute('channel'));
      viewer.setAttribute('alt', 'The same world once more, small');
      place.prepend(viewer);
    }
    place.hidden = !away;
    // One that nobody sees asks for nothing.
    viewer?.toggleAttribute('paused', !away);
  });
  watcher.observe(pair);
  place.querySelector('button').addEventListener('click', () => {
    watcher.disconnect();
    place.remove();
  });
}
