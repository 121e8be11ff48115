/** Fills in addresses as they are from where this page was served, where `data-here` names them. */
for (const place of document.querySelectorAll('[data-here]')) {
  place.textContent = new URL(place.dataset.here, document.baseURI).href;
}
