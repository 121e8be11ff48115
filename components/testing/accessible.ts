import { expect } from '@open-wc/testing';

/** Asks axe, once nothing fades in any more: what is half transparent has no contrast. */
export async function accessible(element: HTMLElement): Promise<void> {
  const moving = element.shadowRoot!.getAnimations().filter(({ effect }) => {
    const { endTime, progress } = effect!.getComputedTiming();
    // What has not begun changes nothing yet.
    return endTime !== Infinity && progress !== null;
  });
  await Promise.allSettled(moving.map((animation) => animation.finished));
  await expect(element).to.be.accessible();
}
