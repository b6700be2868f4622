import { render } from 'ink';
import { asciiOutput } from '../ui/ascii-output.ts';
import { detectTheme, type Theme } from '../ui/theme.ts';
import { ThemeContext } from '../ui/use-theme.ts';
import { AppView } from './AppView.tsx';
import { createApp } from './app.ts';
import { FaultBoundary } from './FaultBoundary.tsx';
import type { Services } from './services.ts';
import { type AppState, runIsOn } from './state.ts';
import { AppContext } from './use-app.ts';

export interface ScreenOptions {
  services: Services;
  initial?: Partial<AppState>;
  theme?: Theme;
  env?: NodeJS.ProcessEnv;
  /** Frames a second at most. */
  frameRate?: number | undefined;
}

/**
 * Opens the screen on the terminal's other buffer and resolves when it was left, with the terminal as it was and the run that
 * goes on without it. Rejects with what went wrong in drawing. Over SSH frames are fewer: they would only queue up.
 */
export async function openScreen({
  services,
  initial,
  theme,
  env = process.env,
  frameRate,
}: ScreenOptions): Promise<{ run: string | undefined }> {
  let fault: { error: unknown } | undefined;
  const shown = theme ?? detectTheme(env);
  const app = createApp(services, { ...(initial ? { initial } : {}), exit: () => instance.unmount() });
  const instance = render(
    <ThemeContext value={shown}>
      <AppContext value={app}>
        <FaultBoundary
          onFault={(error) => {
            fault = { error };
            // Not while React is still at it.
            setImmediate(() => instance.unmount());
          }}
        >
          <AppView />
        </FaultBoundary>
      </AppContext>
    </ThemeContext>,
    {
      stdout: shown.unicode ? process.stdout : asciiOutput(process.stdout),
      alternateScreen: true,
      incrementalRendering: true,
      exitOnCtrlC: false,
      // A person is there even where CI is set: the caller has looked for a terminal.
      interactive: true,
      // Frames are few, because state comes in batches: what counts is how long a key waits behind the one before.
      maxFps: frameRate ?? (env.SSH_CONNECTION ? 15 : 60),
    },
  );
  try {
    void app.load();
    await instance.waitUntilExit();
  } finally {
    app.close();
  }
  if (fault) throw fault.error;
  const state = app.store.getState();
  return { run: runIsOn(state) ? state.run?.id : undefined };
}
