-- SPDX-License-Identifier: MIT
--- Resources that this API only reads: images and translations, which campaigns link to; lists, segments and templates,
--- which they name; metrics and the account; estimations of recipients; and `resource`, the class of every other type
--- that a response may include.

local object = require "klaviyo.objects.object"

return {
  image = object.define("image", {}),
  translation = object.define("translation", {}),
  list = object.define("list", {}),
  segment = object.define("segment", {}),
  template = object.define("template", {}),
  metric = object.define("metric", {}),
  account = object.define("account", {}),
  estimation = object.define("estimation", {}),
  estimation_job = object.define("estimation_job", {}),
  resource = object.define("resource", {}),
}
