PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO alembic_version VALUES('0001');
CREATE TABLE audit (
	revision INTEGER NOT NULL, 
	at TEXT NOT NULL, 
	author TEXT NOT NULL, 
	label TEXT NOT NULL, 
	CONSTRAINT pk_audit PRIMARY KEY (revision)
);
INSERT INTO audit VALUES(1,'2026-05-04T06:01:00+00:00','Anna','Set up');
INSERT INTO audit VALUES(2,'2026-05-04T06:02:00+00:00','Anna','Change an order');
INSERT INTO audit VALUES(3,'2026-05-04T06:03:00+00:00','Anna','Plan Monday');
INSERT INTO audit VALUES(4,'2026-05-04T06:04:00+00:00','Anna','Plan Tuesday');
INSERT INTO audit VALUES(5,'2026-05-04T06:05:00+00:00','Anna','Re-sequence');
INSERT INTO audit VALUES(6,'2026-05-04T06:06:00+00:00','Anna','Change Jussi');
INSERT INTO audit VALUES(7,'2026-05-04T06:07:00+00:00','Anna','Remember');
INSERT INTO audit VALUES(8,'2026-05-04T06:08:00+00:00','Ben','Remove two orders');
INSERT INTO audit VALUES(9,'2026-05-04T06:09:00+00:00','Anna','Undo: Remove two orders');
INSERT INTO audit VALUES(10,'2026-05-04T06:10:00+00:00','Anna','Redo: Remove two orders');
INSERT INTO audit VALUES(11,'2026-05-04T06:11:00+00:00','Anna','Plan Monday anew');
INSERT INTO audit VALUES(12,'2026-05-04T06:12:00+00:00','Anna','Undo: Plan Monday anew');
INSERT INTO audit VALUES(13,'2026-05-04T06:13:00+00:00','Anna','Undo: Remove two orders');
CREATE TABLE depot (
	id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	lat FLOAT NOT NULL, 
	lon FLOAT NOT NULL, 
	zone_name TEXT NOT NULL, 
	region TEXT NOT NULL, 
	address TEXT NOT NULL, 
	currency TEXT NOT NULL, 
	shift_starts TEXT NOT NULL, 
	shift_ends TEXT NOT NULL, 
	service_s INTEGER NOT NULL, 
	planning_s INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	CONSTRAINT pk_depot PRIMARY KEY (id), 
	CONSTRAINT ck_depot_only_one CHECK (id = 'depot')
);
INSERT INTO depot VALUES('depot','Aachen',50.77530000000000143,6.0838999999999998635,'Europe/Berlin','','','EUR','08:00:00','16:30:00',180,30,1);
CREATE TABLE mapping (
	sender TEXT NOT NULL, 
	columns JSON NOT NULL, 
	CONSTRAINT pk_mapping PRIMARY KEY (sender)
);
INSERT INTO mapping VALUES('ACME','{"No":"number"}');
CREATE TABLE pin (
	"key" TEXT NOT NULL, 
	lat FLOAT NOT NULL, 
	lon FLOAT NOT NULL, 
	text TEXT NOT NULL, 
	CONSTRAINT pk_pin PRIMARY KEY ("key")
);
INSERT INTO pin VALUES('markt 1',50.770000000000003125,6.080000000000000071,'Markt 1');
CREATE TABLE step (
	id INTEGER NOT NULL, 
	label TEXT NOT NULL, 
	undone BOOLEAN NOT NULL, 
	CONSTRAINT pk_step PRIMARY KEY (id)
);
INSERT INTO step VALUES(2,'Change an order',0);
INSERT INTO step VALUES(3,'Plan Monday',0);
INSERT INTO step VALUES(5,'Plan Tuesday',0);
INSERT INTO step VALUES(6,'Change Jussi',0);
INSERT INTO step VALUES(7,'Remember',0);
INSERT INTO step VALUES(8,'Remove two orders',1);
INSERT INTO step VALUES(11,'Plan Monday anew',1);
CREATE TABLE vehicle (
	id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	plate TEXT NOT NULL, 
	capacity_kg FLOAT NOT NULL, 
	capacity_litres FLOAT NOT NULL, 
	capacity_parcels INTEGER NOT NULL, 
	skills JSON NOT NULL, 
	cost_per_km INTEGER NOT NULL, 
	fixed_cost INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	CONSTRAINT pk_vehicle PRIMARY KEY (id)
);
INSERT INTO vehicle VALUES('vehicle-0','Van 0','van','',900.0,8000.0,200,'[]',35,0,1);
INSERT INTO vehicle VALUES('vehicle-1','Van 1','van','',900.0,8000.0,200,'[]',35,0,1);
INSERT INTO vehicle VALUES('vehicle-2','Van 2','van','',900.0,8000.0,200,'[]',35,0,1);
CREATE TABLE driver (
	id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	phone TEXT NOT NULL, 
	skills JSON NOT NULL, 
	vehicle_id TEXT, 
	starts TEXT, 
	ends TEXT, 
	weekdays JSON NOT NULL, 
	cost_per_hour INTEGER NOT NULL, 
	max_stops INTEGER, 
	max_duration_s INTEGER, 
	max_distance_m INTEGER, 
	active BOOLEAN NOT NULL, 
	version INTEGER NOT NULL, 
	CONSTRAINT pk_driver PRIMARY KEY (id), 
	CONSTRAINT fk_driver_vehicle_id_vehicle FOREIGN KEY(vehicle_id) REFERENCES vehicle (id), 
	CONSTRAINT uq_driver_number UNIQUE (number)
);
INSERT INTO driver VALUES('driver-0','Mira',1,'','[]','vehicle-0',NULL,NULL,'[0,1,2,3,4,5,6]',2400,NULL,NULL,NULL,1,1);
INSERT INTO driver VALUES('driver-2','Tove',3,'','[]','vehicle-2',NULL,NULL,'[0,1,2,3,4,5,6]',2400,NULL,NULL,NULL,1,1);
INSERT INTO driver VALUES('driver-1','Jussi',2,'','["chilled"]','vehicle-1','07:30:00',NULL,'[0,1,2,3,4,5,6]',2400,NULL,NULL,NULL,1,6);
CREATE TABLE image (
	step_id INTEGER NOT NULL, 
	part INTEGER NOT NULL, 
	table_name TEXT NOT NULL, 
	rows BLOB NOT NULL, 
	CONSTRAINT pk_image PRIMARY KEY (step_id, part), 
	CONSTRAINT fk_image_step_id_step FOREIGN KEY(step_id) REFERENCES step (id)
);
INSERT INTO image VALUES(2,0,'orders',X'78017551416e03210cfc4ac5998dc83649a3defa80be208a1001a741cbe215984455d5bfd7a6897aaa0478c6631b63be943b55c8a45e0f47ad3ca636e7ca44c5a0b4ca6d3e4161101c011b8e0c9d4f318b5ee9d7ef422850ab4d314bd882953c06813ed2a7186c998aa0e4484ecc7c2e057cacb1e3d991bf80140dd84e746e89a1c74cce93cd6eeec5ee74b960bfe721c3eca284dfb82bbc554615ca357ab08213ba60a78f074a91b8d7075b5cf1903ae5de7bea1453778412af506c1fc4dc2a77816443c18573035a7025c983d8dbf338b63f85c758a489d7c34161e1710da3197783d90e663318c319ff7316a53824b9598ae30232a87757267a5a33da8e6637b27d733c2d9194de9ad5cbfe59ef5666af37e238bb54a157ea3a7fec7a6fb459ddb76607afdc52e2dcbfe8f5f1f8fd034eb5a16e');
INSERT INTO image VALUES(3,0,'stop',X'7801ab564a4c2a4ecd2b51b28a56ca2f4a492dd235323032d33530d53530d1353050d2c1226a8855d408aba831565113aca2a64ab13a4ac9f939a5b979c540f7003945f9e560562d00140b2b51');
INSERT INTO image VALUES(5,0,'stop',X'7801ab564a4c2a4ecd2b51b28a56ca2f4a492dd235323032d33530052333251d2ca2e658452d9462759492f3734a73f38ae1a6c567a60015176764a6954098298925a9409182fce2cc92ccfc3c203323352705a4b528bf1ca40fc31926ba06063033108e038a0205e16e3551d231d0494bcc294e8dd5c1668211312618414d88ad0500e8d54a9f');
INSERT INTO image VALUES(6,0,'driver',X'78014d8f5d6ac4300c84efa2671592edb60f3d42af1082f1da8298f54f90ecec96d2bb57da96d2176b3cf3218f3fc15f846a87b76545082d8f52452f902220545fc8c628176215fbd6aa19724d398b8a83b61432b9072ddd7337976ab47123ba46ff613234e96e27765b1bb6a8f8bb93de76cb4cc7c1bea756dd9f91745b0de48a123ef474d8bb07b128055a95dbcd7a2e1059337e9a357e1f2209f0840068dff96d67591d39ff1ccb84b322cf78c6177c5df1749ea67ff103ec3c08e775fdfa06eb845e3f');
INSERT INTO image VALUES(7,0,'pin',X'7801ab564a4c2a4ecd2b51b28a56ca4d2cca2e5130548ad5514acecf29cdcd2b068a023945f9e560562d0057d90ef0');
INSERT INTO image VALUES(7,1,'mapping',X'7801ab564a4c2a4ecd2b51b28a567274f675558ad5514acecf29cdcd2b060a013945f9e560562d0020910d96');
INSERT INTO image VALUES(11,0,'stop',X'78018d8cc10ac2300c86df25e714b2e93cf82a52a4da8c156a234d6507f1dd8db8a1070fdefe7ce4fbee104ecaa5c1fee011ce926f97a27680d4c8f5982220e894c6f69e31343672154d2d49b139718e606a95f9e52da2eba9df391a1c6d1dd1daf8a69dc1cf1320e118b2b2c75f85cd3f856e29f8c71399853b1c');
INSERT INTO image VALUES(8,0,'orders',X'7801ab564a4c2a4ecd2b51b28a56ca2f4a492dd235323032d33530d535300122251d2ca2a64ab13a4ac9f939a5b979c5407d404e517e3998550b0079e8167f');
INSERT INTO image VALUES(8,1,'stop',X'7801ab564a4c2a4ecd2b51b28a56ca2f4a492dd235323032d33530d535300122251d2ca2a64ab13a4ac9f939a5b979c5407d404e517e3998550b0079e8167f');
CREATE TABLE orders (
	id TEXT NOT NULL, 
	number TEXT NOT NULL, 
	date TEXT NOT NULL, 
	sender TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	state TEXT NOT NULL, 
	address_line TEXT NOT NULL, 
	postcode TEXT NOT NULL, 
	city TEXT NOT NULL, 
	country TEXT NOT NULL, 
	lat FLOAT, 
	lon FLOAT, 
	precision INTEGER NOT NULL, 
	matched TEXT NOT NULL, 
	doubtful BOOLEAN NOT NULL, 
	contact_name TEXT NOT NULL, 
	contact_phone TEXT NOT NULL, 
	contact_email TEXT NOT NULL, 
	windows JSON NOT NULL, 
	service_s INTEGER NOT NULL, 
	load_kg FLOAT NOT NULL, 
	load_litres FLOAT NOT NULL, 
	load_parcels INTEGER NOT NULL, 
	lines JSON NOT NULL, 
	skills JSON NOT NULL, 
	driver_id TEXT, 
	must_not_drop INTEGER NOT NULL, 
	do_early BOOLEAN NOT NULL, 
	notes TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	CONSTRAINT pk_orders PRIMARY KEY (id), 
	CONSTRAINT fk_orders_driver_id_driver FOREIGN KEY(driver_id) REFERENCES driver (id), 
	CONSTRAINT uq_orders_date_id UNIQUE (date, id)
);
INSERT INTO orders VALUES('order-2026-05-04-01','2026-05-04-01','2026-05-04','','delivery','open','Markt 1','52062','Aachen','',50.783000000000001251,6.080000000000000071,4,'',0,'','','','[]',180,0.0,0.0,0,'[]','[]',NULL,50,0,'',1);
INSERT INTO orders VALUES('order-2026-05-04-02','2026-05-04-02','2026-05-04','','delivery','open','Markt 1','52062','Aachen','',50.783000000000001251,6.080000000000000071,4,'',0,'','','','[]',180,0.0,0.0,0,'[]','[]',NULL,50,0,'',1);
INSERT INTO orders VALUES('order-2026-05-04-03','2026-05-04-03','2026-05-04','','delivery','open','Markt 1','52062','Aachen','',50.783000000000001251,6.080000000000000071,4,'',0,'','','','[]',180,0.0,0.0,0,'[]','[]',NULL,50,0,'',1);
INSERT INTO orders VALUES('order-2026-05-04-06','2026-05-04-06','2026-05-04','','delivery','open','Markt 1','52062','Aachen','',50.783000000000001251,6.080000000000000071,4,'',0,'','','','[]',180,0.0,0.0,0,'[]','[]',NULL,50,0,'',1);
INSERT INTO orders VALUES('order-2026-05-04-07','2026-05-04-07','2026-05-04','','delivery','open','Markt 1','52062','Aachen','',50.783000000000001251,6.080000000000000071,4,'',0,'','','','[]',180,0.0,0.0,0,'[]','[]',NULL,50,0,'',1);
INSERT INTO orders VALUES('order-2026-05-04-08','2026-05-04-08','2026-05-04','','delivery','open','Markt 1','52062','Aachen','',50.783000000000001251,6.080000000000000071,4,'',0,'','','','[]',180,0.0,0.0,0,'[]','[]',NULL,50,0,'',1);
INSERT INTO orders VALUES('order-2026-05-04-09','2026-05-04-09','2026-05-04','','delivery','open','Markt 1','52062','Aachen','',50.783000000000001251,6.080000000000000071,4,'',0,'','','','[]',180,0.0,0.0,0,'[]','[]',NULL,50,0,'',1);
INSERT INTO orders VALUES('order-2026-05-04-10','2026-05-04-10','2026-05-04','','delivery','open','Markt 1','52062','Aachen','',50.783000000000001251,6.080000000000000071,4,'',0,'','','','[]',180,0.0,0.0,0,'[]','[]',NULL,50,0,'',1);
INSERT INTO orders VALUES('order-2026-05-04-11','2026-05-04-11','2026-05-04','','delivery','open','Markt 1','52062','Aachen','',50.783000000000001251,6.080000000000000071,4,'',0,'','','','[]',180,0.0,0.0,0,'[]','[]',NULL,50,0,'',1);
INSERT INTO orders VALUES('order-2026-05-05-00','2026-05-05-00','2026-05-05','','delivery','open','Markt 1','52062','Aachen','',50.783000000000001251,6.080000000000000071,4,'',0,'','','','[]',180,0.0,0.0,0,'[]','[]',NULL,50,0,'',1);
INSERT INTO orders VALUES('order-2026-05-05-01','2026-05-05-01','2026-05-05','','delivery','open','Markt 1','52062','Aachen','',50.783000000000001251,6.080000000000000071,4,'',0,'','','','[]',180,0.0,0.0,0,'[]','[]',NULL,50,0,'',1);
INSERT INTO orders VALUES('order-2026-05-05-02','2026-05-05-02','2026-05-05','','delivery','open','Markt 1','52062','Aachen','',50.783000000000001251,6.080000000000000071,4,'',0,'','','','[]',180,0.0,0.0,0,'[]','[]',NULL,50,0,'',1);
INSERT INTO orders VALUES('order-2026-05-05-03','2026-05-05-03','2026-05-05','','delivery','open','Markt 1','52062','Aachen','',50.783000000000001251,6.080000000000000071,4,'',0,'','','','[]',180,0.0,0.0,0,'[]','[]',NULL,50,0,'',1);
INSERT INTO orders VALUES('order-2026-05-05-04','2026-05-05-04','2026-05-05','','delivery','open','Markt 1','52062','Aachen','',50.783000000000001251,6.080000000000000071,4,'',0,'','','','[]',180,0.0,0.0,0,'[]','[]',NULL,50,0,'',1);
INSERT INTO orders VALUES('order-2026-05-05-05','2026-05-05-05','2026-05-05','','delivery','open','Markt 1','52062','Aachen','',50.783000000000001251,6.080000000000000071,4,'',0,'','','','[]',180,0.0,0.0,0,'[]','[]',NULL,50,0,'',1);
INSERT INTO orders VALUES('order-2026-05-05-06','2026-05-05-06','2026-05-05','','delivery','open','Markt 1','52062','Aachen','',50.783000000000001251,6.080000000000000071,4,'',0,'','','','[]',180,0.0,0.0,0,'[]','[]',NULL,50,0,'',1);
INSERT INTO orders VALUES('order-2026-05-05-07','2026-05-05-07','2026-05-05','','delivery','open','Markt 1','52062','Aachen','',50.783000000000001251,6.080000000000000071,4,'',0,'','','','[]',180,0.0,0.0,0,'[]','[]',NULL,50,0,'',1);
INSERT INTO orders VALUES('order-2026-05-05-08','2026-05-05-08','2026-05-05','','delivery','open','Markt 1','52062','Aachen','',50.783000000000001251,6.080000000000000071,4,'',0,'','','','[]',180,0.0,0.0,0,'[]','[]',NULL,50,0,'',1);
INSERT INTO orders VALUES('order-2026-05-05-09','2026-05-05-09','2026-05-05','','delivery','open','Markt 1','52062','Aachen','',50.783000000000001251,6.080000000000000071,4,'',0,'','','','[]',180,0.0,0.0,0,'[]','[]',NULL,50,0,'',1);
INSERT INTO orders VALUES('order-2026-05-05-10','2026-05-05-10','2026-05-05','','delivery','open','Markt 1','52062','Aachen','',50.783000000000001251,6.080000000000000071,4,'',0,'','','','[]',180,0.0,0.0,0,'[]','[]',NULL,50,0,'',1);
INSERT INTO orders VALUES('order-2026-05-05-11','2026-05-05-11','2026-05-05','','delivery','open','Markt 1','52062','Aachen','',50.783000000000001251,6.080000000000000071,4,'',0,'','','','[]',180,0.0,0.0,0,'[]','[]',NULL,50,0,'',1);
INSERT INTO orders VALUES('order-2026-05-04-00','2026-05-04-00','2026-05-04','','delivery','open','Markt 1','52062','Aachen','',50.783000000000001251,6.080000000000000071,4,'',0,'Erika','+49 241 0','','[["2026-05-04T08:00:00+00:00","2026-05-04T10:00:00+00:00"]]',180,4.5,20.0,2,'[["Crate",2.0,"",""]]','["chilled"]','driver-0',50,0,'Ring twice; ''quoted''',2);
INSERT INTO orders VALUES('order-2026-05-04-04','2026-05-04-04','2026-05-04','','delivery','open','Markt 1','52062','Aachen','',50.783000000000001251,6.080000000000000071,4,'',0,'','','','[]',180,0.0,0.0,0,'[]','[]',NULL,50,0,'',1);
INSERT INTO orders VALUES('order-2026-05-04-05','2026-05-04-05','2026-05-04','','delivery','open','Markt 1','52062','Aachen','',50.783000000000001251,6.080000000000000071,4,'',0,'','','','[]',180,0.0,0.0,0,'[]','[]',NULL,50,0,'',1);
CREATE TABLE shift (
	id TEXT NOT NULL, 
	date TEXT NOT NULL, 
	driver_id TEXT NOT NULL, 
	vehicle_id TEXT NOT NULL, 
	starts_at TEXT NOT NULL, 
	ends_at TEXT NOT NULL, 
	start_lat FLOAT NOT NULL, 
	start_lon FLOAT NOT NULL, 
	end_lat FLOAT, 
	end_lon FLOAT, 
	version INTEGER NOT NULL, 
	CONSTRAINT pk_shift PRIMARY KEY (id), 
	CONSTRAINT fk_shift_driver_id_driver FOREIGN KEY(driver_id) REFERENCES driver (id), 
	CONSTRAINT fk_shift_vehicle_id_vehicle FOREIGN KEY(vehicle_id) REFERENCES vehicle (id), 
	CONSTRAINT uq_shift_date_id UNIQUE (date, id)
);
INSERT INTO shift VALUES('shift-2026-05-04-0','2026-05-04','driver-0','vehicle-0','2026-05-04T06:00:00+00:00','2026-05-04T14:00:00+00:00',50.77530000000000143,6.0838999999999998635,50.77530000000000143,6.0838999999999998635,1);
INSERT INTO shift VALUES('shift-2026-05-04-1','2026-05-04','driver-1','vehicle-1','2026-05-04T06:00:00+00:00','2026-05-04T14:00:00+00:00',50.77530000000000143,6.0838999999999998635,50.77530000000000143,6.0838999999999998635,1);
INSERT INTO shift VALUES('shift-2026-05-04-2','2026-05-04','driver-2','vehicle-2','2026-05-04T06:00:00+00:00','2026-05-04T14:00:00+00:00',50.77530000000000143,6.0838999999999998635,50.77530000000000143,6.0838999999999998635,1);
INSERT INTO shift VALUES('shift-2026-05-05-0','2026-05-05','driver-0','vehicle-0','2026-05-05T06:00:00+00:00','2026-05-05T14:00:00+00:00',50.77530000000000143,6.0838999999999998635,50.77530000000000143,6.0838999999999998635,1);
INSERT INTO shift VALUES('shift-2026-05-05-1','2026-05-05','driver-1','vehicle-1','2026-05-05T06:00:00+00:00','2026-05-05T14:00:00+00:00',50.77530000000000143,6.0838999999999998635,50.77530000000000143,6.0838999999999998635,1);
INSERT INTO shift VALUES('shift-2026-05-05-2','2026-05-05','driver-2','vehicle-2','2026-05-05T06:00:00+00:00','2026-05-05T14:00:00+00:00',50.77530000000000143,6.0838999999999998635,50.77530000000000143,6.0838999999999998635,1);
CREATE TABLE stop (
	order_id TEXT NOT NULL, 
	shift_id TEXT NOT NULL, 
	date TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	held BOOLEAN NOT NULL, 
	CONSTRAINT pk_stop PRIMARY KEY (order_id), 
	CONSTRAINT fk_stop_date_order_id_orders FOREIGN KEY(date, order_id) REFERENCES orders (date, id), 
	CONSTRAINT fk_stop_date_shift_id_shift FOREIGN KEY(date, shift_id) REFERENCES shift (date, id), 
	CONSTRAINT ck_stop_position CHECK (position >= 0), 
	CONSTRAINT uq_stop_shift_id_position UNIQUE (shift_id, position)
);
INSERT INTO stop VALUES('order-2026-05-04-01','shift-2026-05-04-0','2026-05-04',1,0);
INSERT INTO stop VALUES('order-2026-05-05-06','shift-2026-05-05-0','2026-05-05',0,0);
INSERT INTO stop VALUES('order-2026-05-05-07','shift-2026-05-05-0','2026-05-05',1,0);
INSERT INTO stop VALUES('order-2026-05-05-08','shift-2026-05-05-2','2026-05-05',0,0);
INSERT INTO stop VALUES('order-2026-05-04-02','shift-2026-05-04-0','2026-05-04',0,0);
INSERT INTO stop VALUES('order-2026-05-04-00','shift-2026-05-04-0','2026-05-04',2,0);
INSERT INTO stop VALUES('order-2026-05-04-03','shift-2026-05-04-1','2026-05-04',0,0);
INSERT INTO stop VALUES('order-2026-05-04-04','shift-2026-05-04-1','2026-05-04',1,0);
INSERT INTO stop VALUES('order-2026-05-04-05','shift-2026-05-04-1','2026-05-04',2,0);
CREATE INDEX ix_driver_vehicle_id ON driver (vehicle_id);
CREATE INDEX ix_orders_doubtful_date ON orders (doubtful, date);
CREATE INDEX ix_orders_driver_id ON orders (driver_id);
CREATE INDEX ix_shift_driver_id ON shift (driver_id);
CREATE INDEX ix_shift_vehicle_id ON shift (vehicle_id);
CREATE INDEX ix_stop_date_shift_id ON stop (date, shift_id);
COMMIT;
PRAGMA application_id=1380861000;
PRAGMA user_version=1;
