/** The page within a frame that has a strict content security policy: it remembers what the policy forbade. */

const violations: string[] = [];
(globalThis as { violations?: string[] }).violations = violations;
addEventListener('securitypolicyviolation', (event) => {
  violations.push(`${event.effectiveDirective}: ${event.blockedURI} ${event.sample}`);
});

// Not before it listens.
await Promise.all([
  import('../define/mpl-controls.js'),
  import('../define/mpl-stats.js'),
  import('../define/mpl-viewer.js'),
]);

export {};
