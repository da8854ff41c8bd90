/** CSI-style divisions of a New Zealand builder with their codes: number, name, codes. */
export const DIVISIONS: [string, string, [string, string][]][] = [
  [
    '01',
    'General Requirements',
    [
      ['100', 'Project Management'],
      ['300', 'Site Administration'],
      ['500', 'Temporary Facilities'],
      ['510', 'Temporary Utilities'],
      ['540', 'Scaffolding'],
      ['740', 'Cleaning'],
    ],
  ],
  [
    '02',
    'Existing Conditions',
    [
      ['200', 'Site Investigation'],
      ['410', 'Demolition'],
      ['820', 'Asbestos Removal'],
    ],
  ],
  [
    '03',
    'Concrete',
    [
      ['100', 'Formwork'],
      ['200', 'Reinforcing'],
      ['300', 'Cast-in-place Concrete'],
      ['310', 'Foundations'],
      ['400', 'Precast Panels'],
      ['540', 'Floor Topping'],
    ],
  ],
  [
    '04',
    'Masonry',
    [
      ['200', 'Block Walls'],
      ['430', 'Stone Cladding'],
    ],
  ],
  [
    '05',
    'Metals',
    [
      ['100', 'Structural Steel'],
      ['300', 'Metal Decking'],
      ['500', 'Balustrades'],
      ['580', 'Steel Stairs'],
    ],
  ],
  [
    '06',
    'Wood and Plastics',
    [
      ['100', 'Framing'],
      ['110', 'Roof Trusses'],
      ['200', 'Finish Carpentry'],
      ['410', 'Joinery'],
    ],
  ],
  [
    '07',
    'Thermal and Moisture',
    [
      ['100', 'Waterproofing'],
      ['210', 'Insulation'],
      ['410', 'Metal Roofing'],
      ['460', 'Weatherboards'],
      ['840', 'Passive Fire'],
    ],
  ],
  [
    '08',
    'Openings',
    [
      ['110', 'Doors and Frames'],
      ['410', 'Entrances'],
      ['500', 'Aluminium Windows'],
      ['710', 'Door Hardware'],
      ['800', 'Glazing'],
    ],
  ],
  [
    '09',
    'Finishes',
    [
      ['210', 'Plasterboard'],
      ['300', 'Tiling'],
      ['510', 'Suspended Ceilings'],
      ['650', 'Vinyl'],
      ['680', 'Carpet'],
      ['910', 'Painting'],
    ],
  ],
  [
    '10',
    'Specialties',
    [
      ['140', 'Signage'],
      ['280', 'Bathroom Fittings'],
      ['440', 'Fire Extinguishers'],
    ],
  ],
  [
    '11',
    'Equipment',
    [
      ['310', 'Kitchen Appliances'],
      ['520', 'Audio Visual'],
    ],
  ],
  [
    '14',
    'Conveying',
    [
      ['210', 'Lifts'],
      ['840', 'Crane Hire'],
    ],
  ],
  ['21', 'Fire Suppression', [['100', 'Sprinklers']]],
  [
    '22',
    'Plumbing',
    [
      ['110', 'Water Supply'],
      ['130', 'Drainage'],
      ['400', 'Sanitary Fixtures'],
    ],
  ],
  [
    '23',
    'Mechanical',
    [
      ['300', 'Ventilation'],
      ['810', 'Air Conditioning'],
    ],
  ],
  [
    '26',
    'Electrical',
    [
      ['050', 'Electrical Rough-in'],
      ['240', 'Switchboards'],
      ['510', 'Lighting'],
      ['600', 'Data Cabling'],
    ],
  ],
  [
    '31',
    'Earthworks',
    [
      ['100', 'Site Clearing'],
      ['200', 'Bulk Excavation'],
      ['230', 'Backfill'],
      ['620', 'Driven Piles'],
    ],
  ],
  [
    '32',
    'Exterior Improvements',
    [
      ['120', 'Asphalt Paving'],
      ['130', 'Concrete Paving'],
      ['310', 'Fences'],
      ['900', 'Planting'],
    ],
  ],
  [
    '33',
    'Utilities',
    [
      ['100', 'Water Mains'],
      ['400', 'Stormwater'],
    ],
  ],
];

export const COST_TYPES: [string, string, string][] = [
  ['L', 'Labour', 'labor'],
  ['M', 'Materials', 'materials'],
  ['S', 'Subcontract', 'commitment'],
  ['E', 'Equipment', 'equipment'],
  ['P', 'Professional Services', 'professional_services'],
  ['OC', 'Owner Cost', 'owner_cost'],
  ['O', 'Other', 'other'],
];

export const UNITS: [string, string][] = [
  ['ea', 'each'],
  ['hr', 'hours'],
  ['day', 'days'],
  ['wk', 'weeks'],
  ['m', 'metres'],
  ['m2', 'square metres'],
  ['m3', 'cubic metres'],
  ['kg', 'kilograms'],
  ['t', 'tonnes'],
  ['l', 'litres'],
  ['ls', 'lump sum'],
];

/** name, category, bidding, default. Two pairs differ only in spelling or wording, as real companies have them. */
export const STAGES: [string, string, boolean, boolean][] = [
  ['Bidding', 'pre_construction', true, true],
  ['Pre-construction', 'pre_construction', false, true],
  ['Course of construction', 'course_of_construction', false, true],
  ['Construction', 'course_of_construction', false, false],
  ['Post-construction', 'post_construction', false, true],
  ['Post construction', 'post_construction', false, false],
  ['Warranty', 'post_construction', false, false],
  ['Complete', 'completed', false, true],
  ['Not awarded', 'not_awarded', false, false],
];

/** The first ones are pairs that only a careful reader tells apart. */
export const VENDOR_NAMES = [
  'Acme Steel Ltd',
  'ACME  STEEL LTD',
  'Kiwi Plumbing',
  'Kiwi Plumbing Services Limited',
  'Tūī Timber & Hardware Ltd',
  'Southern Cross Scaffolding Ltd',
  'Harbour Concrete Ltd',
  'Pacific Reinforcing Ltd',
  'Aotearoa Electrical (2019) Ltd',
  'O’Connor & Sons Roofing',
  'Waitematā Joinery Ltd',
  'Bay Glass & Glazing Ltd',
  'North Shore Painters',
  'Mainland Earthmoving Ltd',
  'Capital Crane Hire Ltd',
  'Rangitoto Tiling Ltd',
  'Blue Gum Landscapes',
  'Mana Fire Protection Ltd',
  'Kōwhai Cleaning Services',
  'Tasman Air Conditioning Ltd',
  'Rapid Hire Equipment Ltd',
  'First Light Data Ltd',
  'Summit Geotech Ltd',
  'Ironbark Fencing Ltd',
];

export const VENDOR_TRADES = [
  'Steel',
  'Plumbing',
  'Electrical',
  'Concrete',
  'Roofing',
  'Joinery',
  'Scaffolding',
  'Painting',
  'Drainage',
  'Civil',
];
export const PLACES = [
  'Auckland',
  'Hamilton',
  'Tauranga',
  'Rotorua',
  'Napier',
  'Wellington',
  'Nelson',
  'Christchurch',
  'Timaru',
  'Dunedin',
];
export const BUILDINGS = [
  'Apartments',
  'Primary School',
  'Medical Centre',
  'Warehouse',
  'Office Fitout',
  'Retirement Village',
  'Hotel',
  'Library',
  'Aquatic Centre',
  'Terraces',
];
export const STREETS = [
  'Queen Street',
  'Victoria Road',
  'Beach Road',
  'Station Road',
  'Marine Parade',
  'Church Street',
  'Great South Road',
  'High Street',
];

/** first name, last name, job, may sign in */
export const PEOPLE: [string, string, string, boolean][] = [
  ['Aroha', 'Ngata', 'accounts', true],
  ['Ben', 'Carter', 'project manager', true],
  ['Priya', 'Sharma', 'company administrator', true],
  ['Tama', 'Wiremu', 'site manager', false],
  ['Grace', 'Liu', 'quantity surveyor', false],
  ['Sione', 'Faleafa', 'foreman', false],
  ['Emma', 'McKenzie', 'health and safety', false],
  ['Liam', 'O’Brien', 'carpenter', false],
];
