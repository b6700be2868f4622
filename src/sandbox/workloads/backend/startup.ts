import { ask } from '../ask.ts';
import type { ProcessContext } from '../image.ts';
import type { StartupFault } from '../service/try-to-reach.ts';

/** The addresses that the backend reads from its configuration. */
export function backendPeers(context: ProcessContext) {
  const { env, dial } = context;
  const [, ollamaHost = 'ollama-service', ollamaPort = '11434'] =
    /^(?:https?:\/\/)?([^:/]+)(?::(\d+))?/.exec(env.OLLAMA_HOST ?? '') ?? [];
  return {
    redis: () => dial(env.REDIS_HOST ?? 'redis-service', Number(env.REDIS_PORT ?? 6379)),
    postgres: () => dial(env.POSTGRES_HOST ?? 'postgres-service', Number(env.POSTGRES_PORT ?? 5432)),
    chromadb: () => dial(env.CHROMA_HOST ?? 'chromadb-service', Number(env.CHROMA_PORT ?? 8000)),
    ollama: () => dial(ollamaHost, Number(ollamaPort)),
  };
}

/** User, database and password by which it connects to PostgreSQL. */
export function databaseAccess({ env }: ProcessContext): [string, string, string] {
  return [env.POSTGRES_USER ?? 'tars_user', env.POSTGRES_DB ?? 'tars_analytics', env.POSTGRES_PASSWORD ?? ''];
}

export const redisEnabled = (context: ProcessContext) => context.env.REDIS_ENABLED?.toLowerCase() !== 'false';

/** Undefined when it can start. */
export function startupFault(context: ProcessContext): StartupFault | undefined {
  const { env } = context;
  const peers = backendPeers(context);
  if (!env.JWT_SECRET) return { lines: traceback('RuntimeError: JWT_SECRET is not set'), passing: false };
  if (redisEnabled(context) && ask(peers.redis(), ['PING']) !== 'PONG') {
    const address = `${env.REDIS_HOST ?? 'redis-service'}:${env.REDIS_PORT ?? 6379}`;
    const reason = `Redis connection failed: Error 111 connecting to ${address}. Connection refused.`;
    const lines = [line('ERROR', reason), ...traceback('redis.exceptions.ConnectionError: Redis connection failed')];
    return { lines, passing: true };
  }
  const answer = ask(peers.postgres(), ['CONNECT', ...databaseAccess(context)]);
  if (answer === 'OK') return undefined;
  const refused = `connection to server at "${env.POSTGRES_HOST ?? 'postgres-service'}" failed: Connection refused`;
  const lines = [
    line('ERROR', `PostgreSQL not available: ${answer ?? refused}`),
    ...traceback('sqlalchemy.exc.OperationalError: PostgreSQL not available'),
  ];
  return { lines, passing: answer === undefined };
}

/** A line as the backend's logging writes it. */
export function line(level: 'INFO' | 'WARNING' | 'ERROR', message: string): string {
  return `${new Date().toISOString().replace('T', ' ').slice(0, 23).replace('.', ',')} - app.main - ${level} - ${message}`;
}

function traceback(error: string): string[] {
  return [
    'Traceback (most recent call last):',
    '  File "/usr/local/lib/python3.11/site-packages/starlette/routing.py", line 693, in lifespan',
    '    async with self.lifespan_context(app) as maybe_state:',
    '  File "/app/app/main.py", line 61, in lifespan',
    error,
    'ERROR:    Application startup failed. Exiting.',
  ];
}
