/**
 * 512 short words for room names, nine bits each: all lower-case ASCII, all different, none that could embarrass anybody.
 */
export const WORDS: readonly string[] = `
  acorn agate alder almond amber anchor anise antler apple april arch arrow aspen aster atlas atoll
  august aurora autumn badger bagel bakery ballad balsam bamboo banjo barley basil basket bay bayou
  beach beacon beagle beech bell beret berry birch bison blue bluff boat bonsai book borage bottle
  bough brass breeze brick bridge bright bronze brook broom buckle bud bugle butter button cabin
  cactus camel candle canoe canyon cape caravan carob carrot castle cedar celery cello chalk chapel
  charm cherry chime chive cider cinema citrus clay cliff clock cloud clover coast cobalt cocoa
  coconut comet compass copper coral cork corn cosmos cotton cove crane cream creek cricket crimson
  crocus crystal cumin curlew currant cypress dahlia daisy dale dapple date dawn deer delta denim
  desert dew dill dingo dolphin dome domino donkey dove drum duet dune dusk eagle earth east echo
  eider elder elk elm ember emerald emu ermine evening falcon fawn feather fennel fern ferry fiddle
  field fig finch fir firefly fjord flax fleece flint flora flute fog forest forge fossil fox
  freckle frost galaxy gale garden garland garlic garnet gate gazelle gecko ginger ginkgo glacier
  glade glass glen globe glove gold goose gorse granite grape grass gravel green grotto grouse grove
  guava guitar gull gypsum hail hamlet hamper harbour hare harp harvest hat hawk hazel heath heather
  hedge heron hickory hill hive holly honey horizon husky hut iceberg indigo inlet iris island ivory
  ivy jade jasmine jasper jelly jersey jetty jewel jungle juniper kayak kelp kernel kettle kite kiwi
  koala lace ladder lagoon lake lamp lantern larch lark lasso laurel lava leaf ledge lemon lentil
  lettuce lichen light lilac lily lime linden linen lion lizard llama lobster lotus lunar lupin lute
  lynx lyric magenta magnet magpie mallow mango mantle maple marble march marina marlin marmot
  maroon marsh marten meadow medley melody melon meteor midday mill mineral mint mirror mist mocha
  mole moon moor moose mosaic moss moth mural museum mustard myrtle nectar nest nettle newt north
  nougat novel nutmeg oak oasis oat ocean ochre octave olive onyx opal opera orange orbit orchard
  orchid oregano organ oriole osprey otter oval owl oyster paddle palm panda pansy papaya paper
  paprika parade parrot parsley pasta pastel path peach peacock pear pearl pebble pelican pencil
  penguin peony pepper petal piano picnic pigeon pillow pilot pine planet plaza plum polar pollen
  pond poplar poppy porch prairie prism puffin pumpkin quail quarry quartz quill quilt quince rabbit
  radish rain raisin raven reed reef ribbon rice ridge ripple river robin rose rowan ruby rustic
  saddle saffron sage sail salmon salsa sandal satin scarf scarlet seal sequoia sesame shell shore
  silk silver siskin sketch sky slate sleet snow solar sonnet sorrel south sparrow spice spinach
  spring spruce squash stamp star stone stork straw stream summer summit sun sunset swallow swan
  tango teal temple tennis terrace thistle thrush thyme tiger timber tomato topaz torch toucan tower
  trail tulip tundra turnip turtle twig umber valley vanilla velvet verbena vine viola violet violin
  vista walnut walrus warbler water wave whale wheat willow wind winter wombat wood wren yarrow
  yellow yoga zebra zephyr zinnia
`
  .trim()
  .split(/\s+/);
