-- SPDX-License-Identifier: MIT
--- Objects that campaigns lead to and that this API only reads: tags, images, translations; and, under `resource`,
--- whatever else an answer may include.

local object = require "klaviyo.objects.object"

return {
  tag = object.define("tag", {}),
  image = object.define("image", {}),
  translation = object.define("translation", {}),
  resource = object.define("resource", {}),
}
