import { toolNames } from './schema.ts';
import type { Settings } from './settings.ts';

/**
 * Puts settings into an environment, so that this program's other processes and every program that it starts go by them: each
 * by its `TARS_CONSOLE_…` variable; proxies and authorities by the usual ones as well.
 */
export function exportSettings(settings: Settings, env: NodeJS.ProcessEnv): void {
  const { mirror, tools } = settings;
  const given: Record<string, string | undefined> = {
    TARS_CONSOLE_REFRESH: settings.refreshMs === undefined ? undefined : `${settings.refreshMs}ms`,
    TARS_CONSOLE_FRAME_RATE: settings.frameRate?.toString(),
    TARS_CONSOLE_PRODUCTION: settings.production.join(','),
    TARS_CONSOLE_NAMESPACES: asMap(settings.namespaces),
    TARS_CONSOLE_IMAGE_ENGINE: settings.imageEngine,
    ...Object.fromEntries(toolNames.map((name) => [`TARS_CONSOLE_${name.toUpperCase()}`, tools[name]])),
    TARS_CONSOLE_PROXY: settings.proxy,
    TARS_CONSOLE_NO_PROXY: settings.noProxy?.join(','),
    TARS_CONSOLE_CA_FILE: settings.caFile,
    TARS_CONSOLE_MIRROR_IMAGES: asMap(mirror.images),
    TARS_CONSOLE_MIRROR_CHARTS: mirror.charts,
    TARS_CONSOLE_HISTORY_SIZE: settings.historySize?.toString(),
    HTTPS_PROXY: settings.proxy,
    HTTP_PROXY: settings.proxy,
    NO_PROXY: settings.noProxy?.join(','),
    // Go's programs read it beside the system's folder of certificates.
    SSL_CERT_FILE: settings.caFile,
  };
  for (const [name, value] of Object.entries(given)) if (value !== undefined && value !== '') env[name] = value;
}

function asMap(map: Readonly<Record<string, string>>): string {
  return Object.entries(map)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}
