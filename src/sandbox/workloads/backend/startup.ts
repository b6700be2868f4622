import type { ProcessContext } from '../image.ts';
import { ask } from './client-limit.ts';

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

export const redisEnabled = (context: ProcessContext) => context.env.REDIS_ENABLED?.toLowerCase() !== 'false';

/** Why it cannot start, as the lines that it would write; undefined when it can. */
export function startupFault(context: ProcessContext): string[] | undefined {
  const { env } = context;
  const peers = backendPeers(context);
  if (!env.JWT_SECRET) return traceback('RuntimeError: JWT_SECRET is not set');
  if (redisEnabled(context) && ask(peers.redis(), ['PING']) !== 'PONG')
    return [
      line(
        'ERROR',
        `Redis connection failed: Error 111 connecting to ${env.REDIS_HOST ?? 'redis-service'}:${env.REDIS_PORT ?? 6379}. Connection refused.`,
      ),
      ...traceback('redis.exceptions.ConnectionError: Redis connection failed'),
    ];
  const connected = ask(peers.postgres(), [
    'CONNECT',
    env.POSTGRES_USER ?? 'tars_user',
    env.POSTGRES_DB ?? 'tars_analytics',
    env.POSTGRES_PASSWORD ?? '',
  ]);
  if (connected === 'OK') return undefined;
  const reason =
    connected ?? `connection to server at "${env.POSTGRES_HOST ?? 'postgres-service'}" failed: Connection refused`;
  return [
    line('ERROR', `PostgreSQL not available: ${reason}`),
    ...traceback('sqlalchemy.exc.OperationalError: PostgreSQL not available'),
  ];
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
