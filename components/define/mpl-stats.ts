import { MplStats } from '../mpl-stats/mpl-stats.js';
import { define } from './define.js';

define('mpl-stats', MplStats);
