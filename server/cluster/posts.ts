/** Signals that are posted to any node: whoever owns the channel is the one to take them. */

import { isChannelName } from '../../transport/link/address.js';
import { CLOSE } from '../../transport/wire/codes.js';
import { boolean, isObject, object } from '../../transport/wire/fields.js';
import type { PostedSignals, Posts } from '../relay/posted-signals.js';
import { checkSignals, type Posted } from '../relay/posted-source.js';
import { Refusal } from '../relay/refusal.js';
import type { Cluster } from './cluster.js';
import { about } from './messages.js';
import { PostedKeys } from './posted-keys.js';

interface Post {
  name: string;
  values: Record<string, unknown>;
  merge: boolean;
  address: string;
}

const isName = (name: unknown): boolean => typeof name === 'string' && isChannelName(name);
const isPost = object({ name: isName, values: isObject, merge: boolean });

export class SharedPosts implements Posts {
  readonly keys: PostedKeys;

  constructor(
    readonly here: PostedSignals,
    readonly cluster: Cluster,
    postedMs: number,
  ) {
    this.keys = new PostedKeys(here, cluster.bus, postedMs);
    cluster.node.orphaned = (name) => this.keys.restore(name);
    const post = ({ name, values, merge, address }: Post): Promise<Posted> =>
      here.post(name, values, merge, typeof address === 'string' ? address : '');
    cluster.node.answers.set('post', about(isPost, post));
    cluster.node.answers.set(
      'end-posts',
      about(isName, (name: string) => here.end(name)),
    );
  }

  async post(name: string, values: Record<string, unknown>, merge: boolean, address: string): Promise<Posted> {
    // What cannot be a signal anywhere goes nowhere.
    checkSignals(values);
    const about: Post = { name, values, merge, address };
    return this.#atOwner(name, 'post', about, () => this.here.post(name, values, merge, address));
  }

  end(name: string): Promise<boolean> {
    return this.#atOwner(name, 'end-posts', name, () => this.here.end(name));
  }

  close(): void {
    this.keys.close();
    this.here.close();
  }

  async #atOwner<T>(name: string, what: string, about: unknown, here: () => Promise<T>): Promise<T> {
    const { cluster } = this;
    let owner = await cluster.ownerOf(name);
    if (owner === null) {
      try {
        await this.keys.restore(name);
        return await here();
      } catch (error) {
        // Somebody may have taken it in this moment.
        if (!(error instanceof Refusal) || error.code !== CLOSE.taken.code) throw error;
        owner = await cluster.ownerOf(name);
        if (owner === null) throw error;
      }
    }
    return cluster.node.ask<T>(owner, what, about);
  }
}
