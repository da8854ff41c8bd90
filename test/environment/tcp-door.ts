import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';

/** A way to a server that can be shut and opened again. */
export interface TcpDoor {
  address: string;
  shut(): Promise<void>;
  open(): Promise<void>;
}

/** Opens a door on a free port that leads to `target` (host:port). */
export async function openDoor(target: string): Promise<TcpDoor> {
  const [host = '127.0.0.1', port = '0'] = target.split(':');
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  };
  let server = build();
  let own = 0;

  function build() {
    return createServer((near) => {
      const far = connect(Number(port), host);
      keep(near);
      keep(far);
      near.pipe(far).pipe(near);
    });
  }

  const door: TcpDoor = {
    get address() {
      return `127.0.0.1:${own}`;
    },
    async open() {
      server = build();
      await new Promise<void>((resolve) => server.listen(own, '127.0.0.1', resolve));
      own = (server.address() as AddressInfo).port;
    },
    async shut() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  await door.open();
  return door;
}
