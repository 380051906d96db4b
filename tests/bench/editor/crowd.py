"""Many more images and masks of one project, straight into the database.

Every row is as the product would have written it on an import: constraints and foreign keys are
checked as ever.
"""

from tests.stack import Stack

MASKS_AN_IMAGE = 100
FINISHED = """
WITH given (template, images, masks, person) AS (VALUES (%s::bigint, %s::int, %s::int, %s::int)),
shapes AS (
  SELECT revision.rle, revision.area_px, row_number() OVER (ORDER BY mask.id) AS number
  FROM annotation_mask mask JOIN annotation_revision revision ON revision.id = mask.head_id
  WHERE mask.image_id = (SELECT template FROM given)
),
images AS (
  INSERT INTO annotation_image
    (project_id, sha256, file_name, bytes, format, width, height, orientation, has_rendition,
     "group", is_holdout, status, review_comment, version, created_at, finished_at)
  SELECT project_id, md5(random()::text) || md5(random()::text), 'done.png', bytes, format, width,
    height, 1, false, '', false, 'done', '', 1, now(), now()
  FROM annotation_image, given, generate_series(1, given.images)
  WHERE annotation_image.id = given.template
  RETURNING id
),
places AS (
  INSERT INTO annotation_assignment (image_id, slot, state, user_id, finished_at, active_s)
  SELECT images.id, 0, 'done', given.person, now(), 60 FROM images, given
),
plan AS MATERIALIZED (
  SELECT gen_random_uuid() AS mask, images.id AS image, number,
    nextval(pg_get_serial_sequence('annotation_revision', 'id')) AS revision
  FROM images, given, generate_series(1, given.masks) AS number
),
masks AS (
  INSERT INTO annotation_mask (id, image_id, head_id, created_at)
  SELECT mask, image, revision, now() FROM plan
)
INSERT INTO annotation_revision
  (id, mask_id, number, rle, area_px, author_id, prompts, seconds, clicks, strokes, created_at)
SELECT plan.revision, plan.mask, 1, rle, area_px, given.person, '[]', 0, 0, 0, now()
FROM given, plan JOIN shapes USING (number)
"""
WAITING = """
WITH given (template, images) AS (VALUES (%s::bigint, %s::int)),
images AS (
  INSERT INTO annotation_image
    (project_id, sha256, file_name, bytes, format, width, height, orientation, has_rendition,
     "group", is_holdout, status, review_comment, version, created_at)
  SELECT project_id, md5(random()::text) || md5(random()::text), 'todo.png', bytes, format, width,
    height, 1, false, '', false, 'todo', '', 0, now()
  FROM annotation_image, given, generate_series(1, given.images)
  WHERE annotation_image.id = given.template
  RETURNING id
)
INSERT INTO annotation_assignment (image_id, slot, state, active_s)
SELECT id, 0, 'open', 0 FROM images
"""
TABLES = ("image", "assignment", "mask", "revision")


def add_finished_images(stack: Stack, template: int, count: int) -> None:
    """Add images that somebody has done, with copies of the hundred masks of the template."""
    [(user,)] = stack.sql("SELECT id FROM auth_user WHERE username = 'ada'")
    stack.sql_do(FINISHED, template, count, MASKS_AN_IMAGE, user)


def add_waiting_images(stack: Stack, template: int, count: int) -> None:
    """Add images that nobody has begun."""
    stack.sql_do(WAITING, template, count)


def analyse(stack: Stack) -> None:
    """Tell the database what it holds now, as its own upkeep would within a minute."""
    for table in TABLES:
        stack.sql_do(f"ANALYZE annotation_{table}")


def masks_in(stack: Stack, project: int) -> int:
    query = (
        "SELECT count(*) FROM annotation_mask mask JOIN annotation_image image "
        "ON image.id = mask.image_id WHERE image.project_id = %s"
    )
    [(count,)] = stack.sql(query, project)
    return int(count)
