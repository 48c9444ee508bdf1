-- SPDX-License-Identifier: MIT
--- Resources that campaigns link to and that this API only reads: tags, images, translations; and `resource`, the class
--- of every other type that a response may include.

local object = require "klaviyo.objects.object"

return {
  tag = object.define("tag", {}),
  image = object.define("image", {}),
  translation = object.define("translation", {}),
  resource = object.define("resource", {}),
}
