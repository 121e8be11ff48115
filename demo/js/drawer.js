/** The drawer of the pages that are all picture. */

export function enableDrawer() {
  const button = document.querySelector('[data-drawer]');
  const drawer = document.getElementById(button.getAttribute('aria-controls'));
  const show = (open) => {
    drawer.hidden = !open;
    button.setAttribute('aria-expanded', String(open));
  };
  // On a phone it would hide the picture.
  if (matchMedia('(max-width: 52rem)').matches) show(false);
  button.addEventListener('click', () => show(drawer.hidden));
  drawer.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    show(false);
    button.focus();
  });
}
