-- SPDX-License-Identifier: MIT
--- Resources that this API only reads: tags, images and translations, which campaigns link to; estimations of
--- recipients; and `resource`, the class of every other type that a response may include.

local object = require "klaviyo.objects.object"

return {
  tag = object.define("tag", {}),
  image = object.define("image", {}),
  translation = object.define("translation", {}),
  estimation = object.define("estimation", {}),
  estimation_job = object.define("estimation_job", {}),
  resource = object.define("resource", {}),
}
