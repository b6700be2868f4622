import type { MenuView } from '../menus/schema.ts';
import type { ActionName } from './key-binding.ts';
import type { AccessLook, Look } from './look.ts';
import { type AppState, open, replace, type Screen, systemOf, type Update, update } from './state.ts';

type AccessScreen = Extract<Screen, { type: 'access' }>;
type QueriesScreen = Extract<Screen, { type: 'queries' }>;

/** A screen that a menu or a command opens. */
export function openView(state: AppState, view: MenuView): Update {
  switch (view) {
    case 'status':
      return update(open(state, { type: 'status', scroll: 0 }), { type: 'load-status' });
    case 'access':
      return update(open(state, { type: 'access', point: 0, asked: 0, reveal: 0, scroll: 0 }));
    case 'queries':
      return update(open(state, { type: 'queries', asked: 0, scroll: 0 }));
    case 'readings':
      return update(open(state, { type: 'queries', asked: 0, scroll: 0, readings: true }));
  }
}

const say = (state: AppState, text: string): Update => update({ ...state, notice: { tone: 'info', text } });

/** Keys of the ways in; undefined for those that every screen has. */
export function actAccess(state: AppState, screen: AccessScreen, action: ActionName, look: Look): Update | undefined {
  const points = look.access();
  if (action === 'again') return say(replace(state, { ...screen, asked: screen.asked + 1 }), 'Looking again');
  if (action === 'next-point') {
    if (points.length < 2) return say(state, 'There is no other way in');
    return update(replace(state, { ...screen, point: (screen.point + 1) % points.length, scroll: 0 }));
  }
  if (action === 'reveal') {
    const has = points[Math.min(screen.point, points.length - 1)]?.password;
    return has
      ? update(replace(state, { ...screen, reveal: screen.reveal + 1 }))
      : say(state, 'No password is known for this way in');
  }
  const acts: readonly ActionName[] = ['copy', 'copy-url', 'open-url', 'forward'];
  if (!acts.includes(action)) return undefined;
  const point = points[Math.min(screen.point, points.length - 1)];
  return point ? actPoint(state, point, action) : say(state, 'Nothing is known yet');
}

function actPoint(state: AppState, { hostsLine, url, forward }: AccessLook, action: ActionName): Update {
  if (action === 'forward')
    return forward
      ? update(state, { type: 'toggle-forward', place: forward })
      : say(state, 'It is not known which Service a port-forward would lead to');
  if (action === 'copy' && hostsLine !== undefined)
    return update(state, { type: 'copy', what: 'The hosts line', text: hostsLine });
  if (url === undefined) return say(state, 'There is no URL yet: f opens a port-forward, which has one');
  if (action === 'open-url') return update(state, { type: 'open-url', url });
  return update(state, { type: 'copy', what: 'The URL', text: url });
}

/** Keys of the figures; undefined for those that every screen has. */
export function actQueries(state: AppState, screen: QueriesScreen, action: ActionName, look: Look): Update | undefined {
  const again = replace(state, { ...screen, asked: screen.asked + 1 });
  if (action === 'again') return say(again, 'Asking again');
  if (action !== 'other-source') return undefined;
  if (screen.readings) return say(state, 'These figures come from the pods themselves, and from no Prometheus');
  const { found, asked } = look.prometheus();
  const next = found[(found.indexOf(asked ?? '') + 1) % Math.max(1, found.length)];
  if (next === undefined || next === asked)
    return say(state, 'No other one was found; :prometheus https://… or :prometheus namespace/service:port names one');
  return say({ ...again, prometheus: next }, `Asking ${next}`);
}

/** `:prometheus …`: which one is asked from now on; shows the figures. */
export function choosePrometheus(state: AppState, place: string): Update {
  if (!state.session || !systemOf(state)) return say(state, 'Choose a cluster first');
  if (place !== '' && !/^(https?:\/\/\S+|[a-z0-9-]+\/[a-z0-9-]+:\d{1,5})$/.test(place))
    return say(state, ':prometheus wants a URL or namespace/service:port');
  const next = { ...state, prometheus: place === '' ? undefined : place };
  const { screen } = state;
  return screen.type === 'queries' && !screen.readings
    ? update(replace(next, { ...screen, asked: screen.asked + 1 }))
    : openView(next, 'queries');
}
