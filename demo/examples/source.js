/** Shows the source of a file where `data-source` names it: the file itself, and so never an old one. */
for (const place of document.querySelectorAll('[data-source]')) {
  const file = await fetch(place.dataset.source);
  place.textContent = file.ok ? (await file.text()).trim() : `${place.dataset.source} is not here`;
}
