import { MplHost } from '../mpl-host/mpl-host.js';
import { define } from './define.js';

define('mpl-host', MplHost);
