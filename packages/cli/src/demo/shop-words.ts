/** The words a shop is made of, on every engine. */

export const FIRST_NAMES = [
  'Ada',
  'Alan',
  'Barbara',
  'Donald',
  'Edsger',
  'Frances',
  'Grace',
  'Hedy',
  'John',
  'Katherine',
  'Ken',
  'Radia',
]
export const LAST_NAMES = [
  'Adler',
  'Baker',
  'Castro',
  'Dubois',
  'Evans',
  'Fischer',
  'Garcia',
  'Haas',
  'Ito',
  'Jansen',
  'Kowalski',
  'Lund',
]
export const CITIES = [
  'Amsterdam',
  'Berlin',
  'Copenhagen',
  'Dublin',
  'Lisbon',
  'Madrid',
  'Oslo',
  'Prague',
  'Vienna',
  'Zürich',
]
export const CATEGORIES = ['coffee', 'tea', 'chocolate', 'spices', 'kitchen']
export const QUALITIES = [
  'Morning',
  'Velvet',
  'Wild',
  'Golden',
  'Quiet',
  'Stormy',
  'Honest',
  'Northern',
  'Slow',
  'Bright',
]
export const NOUNS = ['Harvest', 'Roast', 'Blend', 'Leaf', 'Selection', 'Reserve', 'Garden', 'Cup']
