import { type OpenAPIRegistry, OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import type { AddRoute } from './route.ts';

/** The description of the API, made from the same statements that serve it. */
export function openApiRoute({ route, registry }: { route: AddRoute; registry: OpenAPIRegistry }): void {
  let document: Record<string, unknown> | undefined;
  route(
    {
      method: 'get',
      path: '/api/openapi.json',
      does: 'This description',
      may: 'read',
      answer: z.record(z.string(), z.unknown()),
    },
    async () => {
      document ??= describe(registry);
      return document;
    },
  );
}

function describe(registry: OpenAPIRegistry): Record<string, unknown> {
  registry.registerComponent('securitySchemes', 'key', { type: 'http', scheme: 'bearer' });
  registry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: 'lentune.session_token',
  });
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Lentune for Procore',
      version: '1',
      description:
        'Machines send `Authorization: Bearer lk_...`, people a session cookie. A POST may carry an Idempotency-Key.',
    },
    security: [{ key: [] }, { session: [] }],
  }) as unknown as Record<string, unknown>;
}
