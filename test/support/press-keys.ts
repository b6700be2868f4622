import { createApp } from '../../src/app/app.ts';
import type { AppState } from '../../src/app/state.ts';
import { type FakeServices, fakeServices } from './fake-services.ts';

/** The screen without its drawing, on services from memory. */
export function pressingApp(given: Parameters<typeof fakeServices>[0] = {}, initial: Partial<AppState> = {}) {
  const services: FakeServices = fakeServices(given);
  let exits = 0;
  const app = createApp(services, {
    initial,
    exit: () => {
      exits += 1;
    },
  });
  return {
    app,
    services,
    state: () => app.store.getState(),
    exits: () => exits,
    /** All of them at once, as in one packet. */
    press(...names: string[]) {
      for (const name of names)
        app.dispatch({ type: 'key', key: { name, ...(name.length === 1 ? { text: name } : {}) } });
    },
    type(text: string) {
      for (const sign of text) app.dispatch({ type: 'key', key: { name: sign, text: sign } });
    },
  };
}
