import { createStore, type StoreApi } from 'zustand/vanilla';
import { messageOf } from '../base/errors.ts';
import { createPerformer } from './effects.ts';
import { emptyLook, type Look } from './look.ts';
import { problemText } from './problem-text.ts';
import type { Services } from './services.ts';
import { type AppState, initialState } from './state.ts';
import { type AppEvent, updateApp } from './update.ts';

/** The screen without its drawing: one store, one way in, and what the drawing tells the keys. */
export interface App {
  store: StoreApi<AppState>;
  services: Services;
  /** What is drawn at the moment; the drawing writes it, keys read it. */
  look: Look;
  dispatch(event: AppEvent): void;
  /** Loads the catalog, the contexts and the history, and shows the first screen. */
  load(): Promise<void>;
  /** Hands the terminal back to the shell (ctrl-z) until the program is continued; set by the drawing. */
  suspend(): void;
  close(): void;
}

export interface AppOptions {
  initial?: Partial<AppState>;
  exit(): void;
}

/** Puts the screen's state together with what it may do. */
export function createApp(services: Services, { initial, exit }: AppOptions): App {
  const store = createStore<AppState>(() => initialState(initial));
  const app: App = {
    store,
    services,
    look: { ...emptyLook },
    dispatch(event) {
      const { state, effects } = updateApp(store.getState(), event, app.look);
      if (state !== store.getState()) store.setState(state, true);
      for (const effect of effects) performer.perform(effect);
    },
    load: () => load(app),
    suspend: () => {},
    close: () => performer.close(),
  };
  const performer = createPerformer({
    services,
    dispatch: app.dispatch,
    state: store.getState,
    exit,
    suspend: () => app.suspend(),
  });
  return app;
}

async function load({ services, dispatch, store }: App): Promise<void> {
  try {
    // A broken kubeconfig must not hide the sandbox, nor a broken journal the clusters.
    const [catalog, contexts, runs] = await Promise.all([
      services.catalog(),
      services.contexts().catch((error: unknown) => {
        dispatch({ type: 'notice', notice: { tone: 'warn', text: messageOf(error) } });
        return [];
      }),
      services.runs().catch(() => []),
    ]);
    if (!store.getState().leaving) dispatch({ type: 'loaded', catalog, contexts, runs });
  } catch (error) {
    dispatch({ type: 'trouble', effect: 'load', problem: problemText(error, services) });
  }
}
